using System.Globalization;
using System.Text;

namespace Sluice.Video.Ffmpeg;

/// <summary>The index of a sprite sheet as WebVTT: which part of the picture shows which part of the video.</summary>
internal static class WebVtt
{
    /// <summary>Writes it.</summary>
    /// <param name="grid">The sheet.</param>
    /// <param name="from">Where in the source it begins.</param>
    /// <param name="image">URL of the sheet, as seen from the index.</param>
    public static byte[] Write(SpriteGrid grid, TimeSpan from, string image)
    {
        var text = new StringBuilder("WEBVTT\n");
        for (var i = 0; i < grid.Pictures; i++)
        {
            var (begin, end) = (from + (grid.Step * i), from + (grid.Step * (i + 1)));
            text.Append(CultureInfo.InvariantCulture, $"\n{Time(begin)} --> {Time(end)}\n{image}#xywh={i % grid.Columns * grid.CellWidth},{i / grid.Columns * grid.CellHeight},{grid.CellWidth},{grid.CellHeight}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Time(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}");
}
