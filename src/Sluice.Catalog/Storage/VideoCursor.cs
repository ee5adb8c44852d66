using System.Buffers.Text;
using System.Text;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Storage;

/// <summary>Where a page of a list ended: time and id of its last row.</summary>
internal static class VideoCursor
{
    private static readonly (DateTimeOffset, Guid) Newest = (new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), Guid.Empty);

    public static string Write(Video last) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{last.CreatedAt.UtcTicks:x} {last.Id}"));

    /// <exception cref="VideoException">It is none.</exception>
    public static (DateTimeOffset Time, Guid Id) Read(string? text)
    {
        if (text is null) return Newest;
        try
        {
            if (Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split(' ') is [var ticks, var id]
                && long.TryParse(ticks, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var at) && at >= 0 && at <= DateTime.MaxValue.Ticks && Guid.TryParseExact(id, "D", out var video))
                return (new DateTimeOffset(at, TimeSpan.Zero), video);
        }
        catch (FormatException)
        {
            // Said below.
        }
        throw new VideoException(VideoFault.InvalidRequest, "after is not what an earlier page gave as next.");
    }
}
