namespace Sluice.Catalog.Hls;

/// <summary>Types of the files made (row U107).</summary>
internal static class ContentTypes
{
    public static string Of(string name) => Path.GetExtension(name) switch
    {
        ".m3u8" => "application/vnd.apple.mpegurl",
        ".ts" => "video/mp2t",
        ".jpg" => "image/jpeg",
        ".vtt" => "text/vtt",
        _ => "application/octet-stream",
    };
}
