namespace Sluice.Core.Memory;

/// <summary>A doubly linked list through the nodes themselves, newest at the head, that knows its weight.</summary>
/// <param name="id">Marks the nodes it holds; not 0, which marks a free node.</param>
internal sealed class EvictionQueue(byte id)
{
    private EvictionNode? _head, _tail;

    public long Bytes { get; private set; }

    public int Count { get; private set; }

    public EvictionNode? Tail => _tail;

    public bool Holds(EvictionNode node) => node.Queue == id;

    public void Push(EvictionNode node)
    {
        node.Queue = id;
        node.Counted = node.Weight;
        node.Previous = null;
        node.Next = _head;
        if (_head is null)
            _tail = node;
        else
            _head.Previous = node;
        _head = node;
        Bytes += node.Counted;
        Count++;
    }

    public void Remove(EvictionNode node)
    {
        if (node.Previous is null)
            _head = node.Next;
        else
            node.Previous.Next = node.Next;
        if (node.Next is null)
            _tail = node.Previous;
        else
            node.Next.Previous = node.Previous;
        node.Previous = node.Next = null;
        node.Queue = 0;
        Bytes -= node.Counted;
        Count--;
    }

    public void MoveToHead(EvictionNode node)
    {
        if (ReferenceEquals(node, _head))
            return;
        Remove(node);
        Push(node);
    }

    /// <summary>Puts another node in the place of one, with what that one has earned.</summary>
    public void Replace(EvictionNode node, EvictionNode with)
    {
        (with.Queue, with.Frequency, with.Counted) = (id, node.Frequency, node.Counted);
        (with.Previous, with.Next) = (node.Previous, node.Next);
        if (node.Previous is null)
            _head = with;
        else
            node.Previous.Next = with;
        if (node.Next is null)
            _tail = with;
        else
            node.Next.Previous = with;
        node.Previous = node.Next = null;
        node.Queue = 0;
        Reweigh(with);
    }

    public void Reweigh(EvictionNode node)
    {
        var weight = node.Weight;
        Bytes += weight - node.Counted;
        node.Counted = weight;
    }
}
