using System.Runtime.InteropServices;

namespace Sluice.Core.Objects;

/// <summary>A list that takes no memory while it is empty: most objects are neither filled nor waited for, and there are very many of them. Not safe for concurrent use.</summary>
internal struct Few<T> where T : class
{
    private List<T>? items;

    public readonly int Count => items?.Count ?? 0;

    public void Add(T item) => (items ??= []).Add(item);

    /// <summary>False when it was not there.</summary>
    public bool Remove(T item)
    {
        if (items?.Remove(item) != true) return false;
        if (items.Count == 0) items = null;
        return true;
    }

    public readonly bool Contains(T item) => items?.Contains(item) == true;

    public readonly T? Find(Predicate<T> match) => items?.Find(match);

    public readonly bool Exists(Predicate<T> match) => items?.Exists(match) == true;

    public readonly Span<T>.Enumerator GetEnumerator() => CollectionsMarshal.AsSpan(items).GetEnumerator();
}
