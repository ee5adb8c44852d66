using System.Text.Json;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Caching;

/// <summary>A row as a cached value: JSON with the names of row U098, and the fence beside them.</summary>
internal static class VideoJson
{
    public static byte[] Write(Video video, string fence) => JsonSerializer.SerializeToUtf8Bytes(new CachedVideo
    {
        Id = video.Id,
        UserId = video.UserId,
        Title = video.Title,
        Status = VideoStatusText.Write(video.Status),
        OriginalUrl = video.OriginalKey,
        HlsUrl = video.HlsKey,
        CreatedAt = video.CreatedAt.UtcDateTime,
        UpdatedAt = video.UpdatedAt.UtcDateTime,
        Version = video.Version,
        Generation = video.Generation,
        Failure = video.Failure,
        Duration = video.Duration,
        Fence = fence,
    }, CacheJson.Default.CachedVideo);

    /// <exception cref="JsonException">The value is none.</exception>
    public static (Video Video, string Fence) Read(ReadOnlySpan<byte> value)
    {
        var cached = JsonSerializer.Deserialize(value, CacheJson.Default.CachedVideo) ?? throw new JsonException("A cached video is null.");
        try
        {
            return (new Video
            {
                Id = cached.Id,
                UserId = cached.UserId,
                Title = cached.Title,
                Status = VideoStatusText.Read(cached.Status),
                OriginalKey = cached.OriginalUrl,
                HlsKey = cached.HlsUrl,
                CreatedAt = new DateTimeOffset(cached.CreatedAt.ToUniversalTime()),
                UpdatedAt = new DateTimeOffset(cached.UpdatedAt.ToUniversalTime()),
                Version = cached.Version,
                Generation = cached.Generation,
                Failure = cached.Failure,
                Duration = cached.Duration,
            }, cached.Fence ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
