using Sluice.Core.Objects;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>The fields a variant is answered with (rows U047, U055).</summary>
internal static class VariantHeaders
{
    /// <summary>The field that tells the query by which the variant is asked for again.</summary>
    public const string Query = "X-Transform-Params";

    public static HeaderList For(VideoPlan plan)
    {
        var options = plan.Options!;
        var headers = new HeaderList();
        headers.Add("Content-Type", TypeOf(options));
        headers.Add("Cache-Tag", string.Join(',', plan.Tags));
        headers.Add("X-Video-Derivative", options.Derivative ?? "none");
        headers.Add("X-Transform-Mode", OptionNames.Of(options.Mode));
        headers.Add(Query, plan.Query);
        headers.Add("X-Content-Type-Options", "nosniff");
        return headers;
    }

    private static string TypeOf(VideoOptions options) => options.Format switch
    {
        "webm" => "video/webm",
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "vtt" => "text/vtt; charset=utf-8",
        "m3u8" => "application/vnd.apple.mpegurl",
        "ts" => "video/mp2t",
        "m4a" => "audio/mp4",
        _ => "video/mp4",
    };
}
