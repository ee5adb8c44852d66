using System.Text.Json.Serialization;
using Sluice.Core.Tags;
using Sluice.Edge.Requests;

namespace Sluice.Api;

/// <summary>Body of POST /v1/cache/purge: exactly one of url, prefix, tag and source.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PurgeBody
{
    /// <summary>One path with its query, or a whole URL of the edge.</summary>
    public string? Url { get; init; }

    /// <summary>Every path that begins with this text.</summary>
    public string? Prefix { get; init; }

    /// <summary>Every object that carries this tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Every object made from this source path: itself and its variants.</summary>
    public string? Source { get; init; }

    /// <summary>True: objects become stale and are checked at their next use. False: they are gone.</summary>
    public bool Soft { get; init; }

    /// <summary>True: nothing changes; the receipt says what would.</summary>
    public bool DryRun { get; init; }

    /// <summary>What is asked for, in normal form. Null, with the reason, when it is not clear.</summary>
    public PurgeRequest? ToRequest(out string reason)
    {
        reason = "Give exactly one of url, prefix, tag and source.";
        var given = ((PurgeKind Kind, string? Value)[])[(PurgeKind.Url, Url), (PurgeKind.Prefix, Prefix), (PurgeKind.Tag, Tag), (PurgeKind.Source, Source)];
        if (given.Count(g => g.Value is not null) != 1)
            return null;
        var (kind, value) = Array.Find(given, g => g.Value is not null);
        if (value!.Length == 0)
        {
            reason = $"The {kind.ToString().ToLowerInvariant()} is empty.";
            return null;
        }
        if (kind == PurgeKind.Tag)
            return new PurgeRequest(kind, value, Soft, DryRun);
        if (EdgeTarget.TryNormalise(value, out var target, out var why))
            return new PurgeRequest(kind, target, Soft, DryRun);
        reason = $"The {kind.ToString().ToLowerInvariant()} is not a path: {why}.";
        return null;
    }
}
