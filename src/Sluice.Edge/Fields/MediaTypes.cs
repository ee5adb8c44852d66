using System.Collections.Frozen;

namespace Sluice.Edge.Fields;

/// <summary>Content-Type by file extension, for origins that know names but not types. Only text that browsers must decode carries a charset.</summary>
internal static class MediaTypes
{
    /// <summary>The type of anything unknown.</summary>
    public const string Default = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> Types = Table().ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> BySpan = Types.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The type of a file by the last extension of its path; <see cref="Default"/> when it has none or an unknown one.</summary>
    public static string ForPath(ReadOnlySpan<char> path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        return dot >= 0 && BySpan.TryGetValue(name[(dot + 1)..], out var type) ? type : Default;
    }

    private static IEnumerable<KeyValuePair<string, string>> Table()
    {
        const string table = """
            video/mp4 mp4 m4v
            video/iso.segment m4s m4f cmfv
            audio/mp4 m4a cmfa
            video/mp2t ts m2t m2ts mts
            application/mp4 cmft
            video/webm webm
            audio/webm weba
            video/x-matroska mkv
            audio/x-matroska mka
            video/quicktime mov qt
            video/x-msvideo avi
            video/x-flv flv
            video/mpeg mpg mpeg
            video/ogg ogv
            video/3gpp 3gp
            application/vnd.apple.mpegurl m3u8
            audio/mpegurl m3u
            application/dash+xml mpd
            text/vtt;charset=utf-8 vtt
            application/x-subrip srt
            application/ttml+xml ttml dfxp
            audio/mpeg mp3
            audio/aac aac
            audio/ac3 ac3
            audio/eac3 ec3 eac3
            audio/ogg ogg oga opus
            audio/flac flac
            audio/wav wav
            audio/aiff aif aiff
            image/jpeg jpg jpeg
            image/png png
            image/webp webp
            image/avif avif
            image/gif gif
            image/svg+xml svg
            image/bmp bmp
            image/tiff tif tiff
            image/heic heic
            image/jxl jxl
            image/x-icon ico
            application/json json map
            application/xml xml
            text/html;charset=utf-8 html htm
            text/css;charset=utf-8 css
            text/javascript;charset=utf-8 js mjs
            text/plain;charset=utf-8 txt log
            text/markdown;charset=utf-8 md
            text/csv;charset=utf-8 csv
            application/wasm wasm
            application/manifest+json webmanifest
            application/pdf pdf
            application/zip zip
            application/gzip gz
            application/x-tar tar
            font/woff woff
            font/woff2 woff2
            font/ttf ttf
            font/otf otf
            """;
        foreach (var line in table.Split('\n'))
        {
            var words = line.TrimEnd().Split(' ');
            foreach (var extension in words.AsSpan(1).ToArray()) yield return new(extension, words[0]);
        }
    }
}
