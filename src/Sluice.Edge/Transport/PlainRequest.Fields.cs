using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Edge.Transport;

/// <content>The fields as the rules of caching ask for them. A value becomes text when somebody asks for it.</content>
internal sealed partial class PlainRequest : IHeaderDictionary
{
    public StringValues this[string key]
    {
        get
        {
            var (values, more) = (default(StringValues), false);
            if ((lengths & (1UL << key.Length)) == 0) return values;
            for (var i = 0; i < count; i++)
            {
                if (lines[i].NameLength != key.Length || !Ascii.EqualsIgnoreCase(NameOf(i), key)) continue;
                values = more ? StringValues.Concat(values, TextOf(i)) : TextOf(i);
                more = true;
            }

            return values;
        }
        set => throw new NotSupportedException();
    }

    public long? ContentLength
    {
        get => null;
        set => throw new NotSupportedException();
    }

    public int Count => Keys.Count;

    public bool IsReadOnly => true;

    public ICollection<string> Keys
    {
        get
        {
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < count; i++) names.Add(Encoding.ASCII.GetString(NameOf(i)));
            return names;
        }
    }

    public ICollection<StringValues> Values => [.. Keys.Select(name => this[name])];

    public bool ContainsKey(string key) => this[key].Count > 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value)
    {
        value = this[key];
        return value.Count > 0;
    }

    public bool Contains(KeyValuePair<string, StringValues> item) => this[item.Key] == item.Value;

    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex)
    {
        foreach (var pair in this) array[arrayIndex++] = pair;
    }

    public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() =>
        Keys.Select(name => new KeyValuePair<string, StringValues>(name, this[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Add(string key, StringValues value) => throw new NotSupportedException();

    public void Add(KeyValuePair<string, StringValues> item) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    public bool Remove(string key) => throw new NotSupportedException();

    public bool Remove(KeyValuePair<string, StringValues> item) => throw new NotSupportedException();

    private ReadOnlySpan<byte> NameOf(int line) => buffer.AsSpan(lines[line].NameStart, lines[line].NameLength);

    private string TextOf(int index)
    {
        ref var line = ref lines[index];
        var value = buffer.AsSpan(line.ValueStart, line.ValueLength);
        return line.Text is { } same && Ascii.Equals(value, same) ? same : line.Text = Encoding.ASCII.GetString(value);
    }
}
