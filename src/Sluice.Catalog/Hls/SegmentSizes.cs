using System.Globalization;

namespace Sluice.Catalog.Hls;

/// <summary>Reads a media playlist that ffmpeg wrote, and measures its segments.</summary>
internal static class SegmentSizes
{
    /// <summary>Largest and mean bit rate, as RFC 8216 section 4.3.4.2 defines them, and the length in seconds.</summary>
    /// <exception cref="IOException">The playlist lists nothing.</exception>
    public static (long Peak, long Average, double Duration) Measure(string playlist)
    {
        var folder = Path.GetDirectoryName(playlist)!;
        var (target, duration) = (0.0, 0.0);
        var segments = new List<(double Seconds, long Bytes)>();
        foreach (var line in File.ReadLines(playlist))
        {
            if (line.StartsWith("#EXT-X-TARGETDURATION:", StringComparison.Ordinal)) target = double.Parse(line.AsSpan(22), CultureInfo.InvariantCulture);
            else if (line.StartsWith("#EXTINF:", StringComparison.Ordinal)) duration = double.Parse(line.AsSpan(8, line.IndexOf(',', StringComparison.Ordinal) - 8), CultureInfo.InvariantCulture);
            else if (line.Length > 0 && line[0] != '#') segments.Add((duration, new FileInfo(Path.Combine(folder, line)).Length));
        }
        var total = segments.Sum(s => s.Seconds);
        if (total <= 0) throw new IOException("ffmpeg made a rendition without a segment.");
        return (Peak(segments, target), (long)Math.Ceiling(segments.Sum(s => s.Bytes) * 8 / total), total);
    }

    // The largest rate of any run of segments whose length is half to one and a half times the target; the last segment alone may be shorter than that, and counts with the one before it.
    private static long Peak(List<(double Seconds, long Bytes)> segments, double target)
    {
        var peak = 0.0;
        for (var first = 0; first < segments.Count; first++)
        {
            var (seconds, bytes) = (0.0, 0L);
            for (var last = first; last < segments.Count; last++)
            {
                seconds += segments[last].Seconds;
                bytes += segments[last].Bytes;
                if (seconds > 1.5 * target) break;
                if (seconds >= 0.5 * target) peak = Math.Max(peak, bytes * 8 / seconds);
            }
        }
        if (peak == 0) peak = segments.Max(s => s.Bytes * 8 / s.Seconds);
        return (long)Math.Ceiling(peak);
    }
}
