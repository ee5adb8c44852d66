using System.Buffers;
using Sluice.Core.Variants;

namespace Sluice.Edge.Routes;

/// <summary>
/// Which parameters of a query tell objects apart. A GET or HEAD is served as though it had come without the others, so that what players and advertisers add for their own ends makes no copy of
/// its own of each object, and neither do numbers that somebody makes up.
/// </summary>
/// <remarks>Parameters by which a variant is asked for always count. Names are compared as they are, upper and lower case apart; a last "*" stands for any further characters.</remarks>
public sealed class QueryRule
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" ?&=#%");
    private readonly string[] excluded;
    private readonly string[]? included;
    private readonly ITransform? transform;

    /// <summary>Makes one.</summary>
    /// <param name="exclude">Names of parameters that do not count.</param>
    /// <param name="include">The only ones that do, where they are not excluded; null for all.</param>
    public QueryRule(IEnumerable<string> exclude, IEnumerable<string>? include = null) => (excluded, included) = ([.. exclude], include is null ? null : [.. include]);

    private QueryRule(QueryRule rule, ITransform? transform) => (excluded, included, this.transform) = (rule.excluded, rule.included, transform);

    /// <summary>Without what players tell of themselves with each request (Common Media Client Data, CTA-5004): nobody's answer depends on it.</summary>
    public static QueryRule Default { get; } = new(["CMCD"]);

    /// <summary>True for what the name of a parameter can be, a last "*" included.</summary>
    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan(..^1).Contains('*') && !name.AsSpan().ContainsAny(NotInNames);

    /// <summary>A path and query, or a query, without the parameters that do not count.</summary>
    public string Apply(string target)
    {
        if (!Shortens(target)) return target;
        Span<char> kept = new char[target.Length];
        return kept[..Write(target, kept)].ToString();
    }

    /// <summary>The rule of a route that makes variants so.</summary>
    internal QueryRule For(ITransform? reader) => new(this, reader);

    /// <summary>True when a path and query has parameters that do not count.</summary>
    internal bool Shortens(ReadOnlySpan<char> target)
    {
        var mark = target.IndexOf('?');
        if (mark < 0) return false;
        foreach (var pair in target[(mark + 1)..].Split('&'))
            if (!Counts(target[(mark + 1)..][pair])) return true;
        return false;
    }

    /// <summary>Writes a path and query without the parameters that do not count; answers how many characters there are.</summary>
    internal int Write(ReadOnlySpan<char> target, Span<char> into)
    {
        var mark = target.IndexOf('?');
        var query = target[(mark + 1)..];
        var length = mark;
        target[..mark].CopyTo(into);
        foreach (var pair in query.Split('&'))
        {
            if (!Counts(query[pair])) continue;
            into[length] = length == mark ? '?' : '&';
            length++;
            query[pair].CopyTo(into[length..]);
            length += query[pair].Length;
        }

        return length;
    }

    private bool Counts(ReadOnlySpan<char> pair)
    {
        var equals = pair.IndexOf('=');
        var name = equals < 0 ? pair : pair[..equals];
        var isKept = !IsAmong(excluded, name) && (included is null || IsAmong(included, name));
        return isKept || transform?.Reads(name) == true;
    }

    private static bool IsAmong(string[] names, ReadOnlySpan<char> name)
    {
        foreach (var each in names)
            if (each.EndsWith('*') ? name.StartsWith(each.AsSpan(..^1)) : name.SequenceEqual(each)) return true;
        return false;
    }
}
