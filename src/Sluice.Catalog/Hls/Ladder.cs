using System.Globalization;

namespace Sluice.Catalog.Hls;

/// <summary>Which renditions a source gets (row U103): those that are not larger than it (decision D24).</summary>
internal static class Ladder
{
    private static readonly (int Height, int BitRate)[] Rungs = [(1080, 5_000_000), (720, 2_500_000), (360, 800_000)];

    /// <summary>Renditions, largest first. A source below the lowest rung gets one of its own size.</summary>
    public static IReadOnlyList<Rendition> For(SourceInfo source)
    {
        var fitting = Rungs.Where(rung => rung.Height <= source.Height).ToArray();
        if (fitting.Length == 0) fitting = [(Math.Max(2, source.Height & ~1), Rungs[^1].BitRate)];
        return [.. fitting.Select(rung => new Rendition(string.Create(CultureInfo.InvariantCulture, $"{rung.Height}p"), Even(rung.Height * source.DisplayWidth / source.Height), rung.Height, rung.BitRate))];
    }

    private static int Even(double width) => Math.Max(2, (int)Math.Round(width / 2) * 2);
}
