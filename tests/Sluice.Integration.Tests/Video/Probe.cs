using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.Integration.Tests.Video;

/// <summary>What ffprobe says of a file.</summary>
internal sealed record Probe(string Format, double? Duration, string? Video, int Width, int Height, int Frames, string? Audio)
{
    public static async Task<Probe> OfAsync(string file)
    {
        var said = await Tool.RunAsync("ffprobe", ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", file]);
        Assert.True(said.ExitCode == 0, said.All);
        var json = JsonNode.Parse(said.Output)!;
        var streams = json["streams"]!.AsArray();
        var video = streams.FirstOrDefault(stream => (string?)stream!["codec_type"] == "video");
        var audio = streams.FirstOrDefault(stream => (string?)stream!["codec_type"] == "audio");
        return new Probe(
            (string)json["format"]!["format_name"]!,
            (string?)json["format"]!["duration"] is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null,
            (string?)video?["codec_name"],
            (int?)video?["width"] ?? 0,
            (int?)video?["height"] ?? 0,
            (string?)video?["nb_read_frames"] is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : 0,
            (string?)audio?["codec_name"]);
    }
}
