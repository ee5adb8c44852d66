using System.Buffers;
using System.Collections;

namespace Sluice.Core.Objects;

/// <summary>Header fields in the order they came, repeated lines kept apart; names compare without case (RFC 9110 section 5.1).</summary>
/// <remarks>Not safe for concurrent writers. Once it is part of an <see cref="ObjectMetadata"/> it is never changed.</remarks>
public sealed class HeaderList : IReadOnlyList<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> lines;

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code).Where(code => code != '\t'), '\x7f']);

    /// <summary>An empty list.</summary>
    public HeaderList() => lines = [];

    /// <summary>An empty list with room for that many lines.</summary>
    internal HeaderList(int capacity) => lines = new(capacity);

    /// <summary>A list holding a copy of <paramref name="fields"/>.</summary>
    public HeaderList(IEnumerable<KeyValuePair<string, string>> fields) => lines = [.. fields];

    /// <inheritdoc/>
    public int Count => lines.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => lines[index];

    /// <summary>The first line of that name, or null. Enough for fields that may occur only once (ETag, Content-Length).</summary>
    public string? First(string name)
    {
        foreach (var line in lines)
            if (Same(line.Key, name)) return line.Value;
        return null;
    }

    /// <summary>Every line of that name joined by ", " (RFC 9110 section 5.3), or null when there is none.</summary>
    public string? Combined(string name)
    {
        string? result = null;
        foreach (var line in lines)
            if (Same(line.Key, name)) result = result is null ? line.Value : result + ", " + line.Value;
        return result;
    }

    /// <summary>True when at least one line has that name.</summary>
    public bool Contains(string name) => First(name) is not null;

    /// <summary>Appends a line.</summary>
    public void Add(string name, string value) => lines.Add(new(name, value));

    /// <summary>Replaces every line of that name by one.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        Add(name, value);
    }

    /// <summary>Removes every line of that name; true when there was one.</summary>
    public bool Remove(string name)
    {
        // Most lists have none, and are asked to let go of many names: a search by a delegate would be an allocation for each.
        var before = lines.Count;
        for (var i = before - 1; i >= 0; i--)
            if (Same(lines[i].Key, name)) lines.RemoveAt(i);
        return lines.Count < before;
    }

    /// <summary>A value as it came from a server, with spaces for the control characters that have no place in one and that no server here would send on (RFC 9110 section 5.5).</summary>
    public static string WithoutControls(string value) => value.AsSpan().ContainsAny(Controls) ? string.Concat(value.Select(code => Controls.Contains(code) ? ' ' : code)) : value;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
