using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Sluice.Core.Origins;
using Sluice.Core.Processes;
using Sluice.Video.Variants;

namespace Sluice.Video.Ffmpeg;

/// <summary>What is known of sources: how long they are (row U010). Asked of ffprobe where it has to be known beforehand, learned by the way everywhere else.</summary>
internal sealed class SourceFacts(FfmpegLimits limits, TimeProvider time)
{
    private const int Remembered = 10_000;
    private readonly ConcurrentDictionary<string, SourceFact> known = new(StringComparer.Ordinal);

    /// <summary>The length of a source; null when it is not known.</summary>
    public TimeSpan? LengthOf(string source) => known.TryGetValue(source, out var fact) ? fact.Length : null;

    /// <summary>What it is like; null when it is not known.</summary>
    public SourceTraits? TraitsOf(string source) => known.TryGetValue(source, out var fact) ? fact.Traits : null;

    /// <summary>Remembers it.</summary>
    public void Learn(string source, TimeSpan length, SourceTraits traits)
    {
        if (length <= TimeSpan.Zero) return;
        if (known.Count >= Remembered) known.Clear();
        known.TryAdd(source, new SourceFact(length, null, traits));
    }

    /// <summary>Asks ffprobe; null with what it said when the source has no length.</summary>
    /// <param name="tools">Where it is.</param>
    /// <param name="source">Which source, and which version of it.</param>
    /// <param name="loan">Where it is read.</param>
    /// <param name="inFull">Whether more than its length has to be known: the rate of its pictures, their size, and whether it has sound.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<(SourceFact? Fact, string Said, bool IsLate)> ProbeAsync(FfmpegTools tools, string source, SourceLoan loan, bool inFull, CancellationToken cancellation)
    {
        if (known.TryGetValue(source, out var fact) && (fact.Streams is not null || !inFull)) return (fact, "", false);
        var progress = new FfmpegProgress();
        var command = new ToolCommand(tools.Ffprobe,
        [
            "-hide_banner", "-loglevel", "level+error", "-protocol_whitelist", FfmpegArguments.Protocols, "-format_whitelist", FfmpegArguments.Containers, "-recv_buffer_size", FfmpegArguments.SocketBytes,
            "-max_pixels", limits.SourcePixels.ToString(CultureInfo.InvariantCulture),
            "-show_entries", "format=duration:stream=codec_type,codec_name,channels,width,height,sample_aspect_ratio,avg_frame_rate,pix_fmt,color_space,color_primaries,color_transfer:stream_disposition=attached_pic,default:stream_side_data=rotation", "-of", "json", "-i", loan.Url,
        ])
        {
            Limits = new ToolLimits { Time = limits.Time, MemoryBytes = limits.MemoryBytes, FileBytes = 0 },
            Listen = progress.Hear,
        };
        await using var process = ToolProcess.Start(command, time);
        await using var killed = cancellation.Register(process.Kill);
        var said = await new StreamReader(process.Output).ReadToEndAsync(cancellation);
        var exit = await process.Exited.WaitAsync(cancellation);
        // That says nothing of the source.
        if (exit.IsInterrupted) throw new OriginException(OriginFailure.Invalid, "ffprobe was told to end, as when the server is stopped");
        if (exit.HasNotRun) throw new IOException(exit.LastLine);
        // What broke off ended there for ffprobe: how long it is would be a guess, and remembered.
        if (loan.IsBroken || !exit.IsSuccess || Read(said) is not { } read) return (null, progress.Fault, exit.End == ToolEnd.TimedOut);
        if (known.Count >= Remembered) known.Clear();
        known[source] = read;
        return (read, "", false);
    }

    private static SourceFact? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (!document.RootElement.TryGetProperty("format", out var format) || !format.TryGetProperty("duration", out var duration) || Number(duration.GetString()) is not (> 0 and < 1e7 and var seconds)) return null;
            double? rate = null;
            var (width, height, isCover, colours) = (0, 0, false, Colours.Usual);
            List<int> sounds = [];
            foreach (var stream in document.RootElement.TryGetProperty("streams", out var streams) ? streams.EnumerateArray() : default)
            {
                var kind = Text(stream, "codec_type");
                if (kind == "audio") sounds.Add(Sounds.Rank(Text(stream, "codec_name"), stream.TryGetProperty("channels", out var channels) ? channels.GetInt32() : null, Is(stream, "default")));
                // The first is the one that is shown.
                if (kind != "video" || width > 0 || !stream.TryGetProperty("width", out var across) || !stream.TryGetProperty("height", out var down)) continue;
                (width, height) = Shown(stream, across.GetInt32(), down.GetInt32());
                colours = ColourFilters.Of(Text(stream, "pix_fmt"), Text(stream, "color_space"), Text(stream, "color_primaries"), Text(stream, "color_transfer"), across.GetInt32(), down.GetInt32());
                isCover = Is(stream, "attached_pic");
                if (Text(stream, "avg_frame_rate")?.Split('/') is [var pictures, var per] && Number(pictures) / Number(per) is > 0 and < 1000 and var found) rate = found;
            }

            return new SourceFact(TimeSpan.FromSeconds(seconds), rate, new(colours, sounds.Count > 0 ? sounds.IndexOf(sounds.Max()) : 0), new SourceStreams(width, height, sounds.Count > 0, isCover));
        }
        catch (JsonException)
        {
            return null;
        }

        static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

        static bool Is(JsonElement stream, string disposition) => stream.TryGetProperty("disposition", out var all) && all.TryGetProperty(disposition, out var one) && one.GetInt32() == 1;

        // As ffmpeg shows it: by PictureFilters.Square, and turned as the source says.
        static (int Width, int Height) Shown(JsonElement stream, int width, int height)
        {
            if (Text(stream, "sample_aspect_ratio")?.Split(':') is [var x, var y] && Number(x) / Number(y) is > 0 and < double.PositiveInfinity and var shape) width = (int)(width * Math.Clamp(shape, 0.25, 4));
            var isTurned = stream.TryGetProperty("side_data_list", out var list) && list.EnumerateArray().Any(item => item.TryGetProperty("rotation", out var turn) && !Turns.IsUpright(turn.GetDouble()));
            return isTurned ? (height, width) : (width, height);
        }

        static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
