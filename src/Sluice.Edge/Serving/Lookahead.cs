using Sluice.Core.Objects;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>What comes after what a viewer asks for: the next segments of the rendition that is played, or the next parts of a file that is read in order.</summary>
internal static class Lookahead
{
    /// <summary>Segments are smaller. What is larger is no part of a sequence that somebody watches now (<c>film2.mp4</c> after <c>film1.mp4</c>).</summary>
    public const long MaximumBytes = 32 << 20;

    /// <summary>Encoders write their segments in place, and may pause; what nothing was added to for so long is whole.</summary>
    public static readonly TimeSpan Unfinished = TimeSpan.FromSeconds(30);

    // seg-5-v1-a1.ts has three.
    private const int MaximumNumbers = 4;

    /// <summary>The names that follow, nearest first; none where the one before this was not asked for.</summary>
    public static IReadOnlyList<string> Following(ActiveRoute route, string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        var isLast = true;
        foreach (var name in NumberedName.ReadAll(path).Take(MaximumNumbers))
        {
            // A number before the last may be the rendition's, of which the neighbours are stored as well: it takes two in order.
            if (IsHeld(name, 1) && (isLast || IsHeld(name, 2))) return [.. Enumerable.Range(1, route.Policy.Prefetch).Select(step => name.Next(step) + query)];
            isLast = false;
        }

        return [];

        bool IsHeld(NumberedName name, int steps) => name.Former(steps).Any(former => route.Scope.FindStored(former + query) is [{ Metadata.Status: 200 }, ..]);
    }

    /// <summary>True where what comes after a part is to be fetched, so that its request has to go the ordinary way.</summary>
    /// <param name="route">Where it is asked for.</param>
    /// <param name="stored">The object.</param>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">The byte after its last.</param>
    public static bool IsDue(ActiveRoute route, CachedObject stored, long start, long end) =>
        route.Policy.Prefetch > 0 && stored.Metadata.Length is { } length && end < length && end - start <= MaximumBytes && !stored.Holds(end, Math.Min(length, end + (end - start)));
}
