using System.Text;

namespace Sluice.S3.Signing;

/// <summary>The parts of a SigV4 canonical request as S3 wants them: the path is encoded once and never normalised, so "a//b" and ".." are keys like any other.</summary>
internal static class CanonicalForm
{
    private readonly record struct Segment(int Start, int NameEnd, int End);

    /// <summary>An object key as the path of a request, "/" kept, without a leading slash.</summary>
    public static string Path(string key)
    {
        var builder = new Utf8Builder(stackalloc byte[512]);
        builder.AppendEncoded(key, keepSlash: true);
        var path = Encoding.ASCII.GetString(builder.Written);
        builder.Dispose();
        return path;
    }

    /// <summary>Query parameters in canonical order, as they are both sent and signed; without "?".</summary>
    public static string Query(scoped ReadOnlySpan<SignedField> fields)
    {
        var builder = new Utf8Builder(stackalloc byte[512]);
        AppendQuery(ref builder, fields);
        var query = Encoding.ASCII.GetString(builder.Written);
        builder.Dispose();
        return query;
    }

    /// <summary>Appends query parameters encoded, then sorted by encoded name and value: sorting first differs, since an escape sorts as "%".</summary>
    public static void AppendQuery(scoped ref Utf8Builder target, scoped ReadOnlySpan<SignedField> fields)
    {
        var scratch = new Utf8Builder(stackalloc byte[512]);
        var segments = fields.Length <= 32 ? stackalloc Segment[fields.Length] : new Segment[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var start = scratch.Length;
            scratch.AppendEncoded(fields[i].Name, keepSlash: false);
            var nameEnd = scratch.Length;
            scratch.Append((byte)'=');
            scratch.AppendEncoded(fields[i].Value, keepSlash: false);
            segments[i] = new(start, nameEnd, scratch.Length);
        }
        var bytes = scratch.Written;
        for (var i = 1; i < segments.Length; i++)
            for (var j = i; j > 0 && Compare(bytes, segments[j - 1], segments[j]) > 0; j--)
                (segments[j - 1], segments[j]) = (segments[j], segments[j - 1]);
        for (var i = 0; i < segments.Length; i++)
        {
            if (i > 0) target.Append((byte)'&');
            target.Append(bytes[segments[i].Start..segments[i].End]);
        }
        scratch.Dispose();
    }

    /// <summary>Appends "name:value" lines; fields must be sorted by name. Values are trimmed and runs of blanks in them become one.</summary>
    public static void AppendHeaders(scoped ref Utf8Builder target, scoped ReadOnlySpan<SignedField> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var repeated = i > 0 && fields[i].Name == fields[i - 1].Name;
            if (!repeated)
            {
                if (i > 0) target.Append((byte)'\n');
                target.Append(fields[i].Name);
            }
            target.Append(repeated ? (byte)',' : (byte)':');
            AppendSquashed(ref target, fields[i].Value.AsSpan().Trim());
        }
        target.Append((byte)'\n');
    }

    /// <summary>Appends the names of sorted fields, each once, joined by ";".</summary>
    public static void AppendNames(scoped ref Utf8Builder target, scoped ReadOnlySpan<SignedField> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0 && fields[i].Name == fields[i - 1].Name) continue;
            if (i > 0) target.Append((byte)';');
            target.Append(fields[i].Name);
        }
    }

    /// <summary>Sorts header fields by name in place, keeping the order of equal ones. There are a handful, mostly in order already.</summary>
    public static void Sort(scoped Span<SignedField> fields)
    {
        for (var i = 1; i < fields.Length; i++)
            for (var j = i; j > 0 && string.CompareOrdinal(fields[j - 1].Name, fields[j].Name) > 0; j--)
                (fields[j - 1], fields[j]) = (fields[j], fields[j - 1]);
    }

    private static int Compare(ReadOnlySpan<byte> bytes, Segment a, Segment b)
    {
        var order = bytes[a.Start..a.NameEnd].SequenceCompareTo(bytes[b.Start..b.NameEnd]);
        return order != 0 ? order : bytes[a.NameEnd..a.End].SequenceCompareTo(bytes[b.NameEnd..b.End]);
    }

    private static void AppendSquashed(scoped ref Utf8Builder target, scoped ReadOnlySpan<char> value)
    {
        int at;
        while ((at = value.IndexOf("  ", StringComparison.Ordinal)) >= 0)
        {
            target.Append(value[..(at + 1)]);
            value = value[at..].TrimStart(' ');
        }
        target.Append(value);
    }
}
