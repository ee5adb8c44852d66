using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Processes;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;
using Sluice.Video.Variants;

namespace Sluice.Video.Tests.Ffmpeg;

public class FfmpegSayingsTests
{
    [Theory]
    [InlineData("ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2024", "5.1.6-0+deb12u1", true)]
    [InlineData("ffmpeg version n7.0 Copyright", "n7.0", true)]
    [InlineData("ffmpeg version N-109741-gbbe95f7353 Copyright", "N-109741-gbbe95f7353", true)]
    [InlineData("ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright", "4.4.2-0ubuntu0.22.04.1", false)]
    [InlineData("ffmpeg version 5.0.1 Copyright", "5.0.1", false)]
    [InlineData("something else", null, false)]
    public void Version_IsReadAndJudged(string said, string? version, bool isRecent)
    {
        Assert.Equal(version, FfmpegTools.Read(said));
        if (version is not null) Assert.Equal(isRecent, FfmpegTools.IsRecent(version));
    }

    [Fact]
    public void Progress_TellsLengthAndHowFarItIs_AndKeepsComplaintsOnly()
    {
        var progress = new FfmpegProgress();
        Assert.True(progress.Hear("[info]   Duration: 00:01:30.50, start: 0.000000, bitrate: 1949 kb/s"));
        Assert.True(progress.Hear("out_time_us=12500000"));
        Assert.True(progress.Hear("out_time_us=N/A"));
        Assert.False(progress.Hear("[mjpeg @ 0x55f5] [IMGUTILS @ 0x7ffd] [error] Picture size 16000x8000 exceeds specified max pixel count"));
        Assert.False(progress.Hear("[fatal] Error marking filters as finished"));
        Assert.Equal(TimeSpan.FromSeconds(90.5), progress.Source);
        Assert.Equal(TimeSpan.FromSeconds(12.5), progress.Done);
        Assert.Equal("Picture size 16000x8000 exceeds specified max pixel count", progress.Fault);
        Assert.False(progress.SourceKnown.IsCompleted);
        Assert.True(progress.Hear("[info] Stream mapping:"));
        Assert.True(progress.SourceKnown.IsCompleted);
    }

    [Theory]
    [InlineData("yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67, progressive), 640x360 [SAR 1:1 DAR 16:9]", Colours.Hdr)]
    [InlineData("yuv420p10le(tv, bt2020nc/bt2020/smpte2084), 640x360", Colours.Hdr)]
    [InlineData("yuv420p10le(bt2020nc/bt2020/smpte2084), 640x360", Colours.Hdr)]
    [InlineData("yuv420p10le(tv, bt2020nc/bt2020/bt2020-10), 640x360", Colours.Usual)]
    // Whose other colours nobody knows.
    [InlineData("yuv420p10le(tv, bt2020nc/unknown/smpte2084), 640x360", Colours.Usual)]
    [InlineData("yuv420p(tv, bt709), 640x360", Colours.Usual)]
    [InlineData("yuv420p, 640x360", Colours.Usual)]
    [InlineData("yuv420p, 640x720", Colours.Hd)]
    [InlineData("yuv420p(progressive), 1280x534 [SAR 1:1 DAR 640:267]", Colours.Hd)]
    [InlineData("yuvj420p(pc, top coded first (swapped)), 1920x1080", Colours.Hd)]
    [InlineData("yuv420p10le(9 bpc, tv), 1920x1080", Colours.Hd)]
    [InlineData("yuv420p(tv, unknown/bt709/bt709, progressive), 1920x1080", Colours.Hd)]
    [InlineData("yuv420p(tv, bt709, progressive), 1920x1080", Colours.Usual)]
    [InlineData("yuv420p(smpte170m, top first), 1920x1080", Colours.Usual)]
    [InlineData("yuvj420p(pc, bt470bg/unknown/unknown), 1920x1080", Colours.Usual)]
    [InlineData("gbrp(pc, gbr/unknown/unknown, progressive), 640x360", Colours.Rgb)]
    [InlineData("bgra, 640x360", Colours.Rgb)]
    [InlineData("pal8, 640x360", Colours.Rgb)]
    public void Progress_OfAPicture_TellsHowItHasItsColours(string picture, Colours colours)
    {
        var progress = new FfmpegProgress();
        Assert.True(progress.Hear("[info]   Stream #0:0(und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default)"));
        Assert.True(progress.Hear($"[info]   Stream #0:1[0x2](und): Video: hevc (Main 10) (hvc1 / 0x31637668), {picture}, 262 kb/s, 25 fps (default)"));
        Assert.True(progress.Hear("[info]   Stream #0:2[0x0]: Video: mjpeg (Baseline), yuvj420p(pc, bt2020nc/bt2020/smpte2084), 640x640 (attached pic)"));
        Assert.Equal(colours, progress.Traits.Colours);
    }

    [Theory]
    [InlineData(0, "#0:0: Audio: aac (LC), 44100 Hz, mono, fltp", "#0:1: Audio: aac (LC), 44100 Hz, mono, fltp")]
    [InlineData(1, "#0:1(eng): Audio: aac (LC), 44100 Hz, mono, fltp", "#0:2(fra): Audio: aac (LC), 44100 Hz, mono, fltp (default)")]
    // By its programmes: the first by its number, and one of which nothing has come.
    [InlineData(0, "#0:3[0x201](fra): Audio: mp2 ([4][0][0][0] / 0x0004), 48000 Hz, stereo, s16p, 192 kb/s", "#0:1[0x101](eng): Audio: mp2 ([4][0][0][0] / 0x0004), 48000 Hz, stereo, s16p, 192 kb/s")]
    [InlineData(1, "#0:1[0x101](eng): Audio: mp2 ([4][0][0][0] / 0x0004), 0 channels", "#0:3[0x201](fra): Audio: mp2 ([4][0][0][0] / 0x0004), 48000 Hz, stereo, s16p, 192 kb/s")]
    [InlineData(1, "#0:1[0x2](und): Audio: none (apac / 0x63617061), 48000 Hz, 4 channels (default)", "#0:2[0x3](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 69 kb/s")]
    public void Progress_OfSeveralSounds_TellsWhichIsTaken(int sound, params string[] told)
    {
        var progress = new FfmpegProgress();
        foreach (var stream in told) Assert.True(progress.Hear("[info]   Stream " + stream));
        Assert.True(progress.Hear("[info] Stream mapping:"));
        // Of what is made.
        Assert.True(progress.Hear("[info]   Stream #0:0: Audio: aac (LC), 44100 Hz, mono, fltp, 69 kb/s (default)"));
        Assert.Equal(sound, progress.Traits.Sound);
    }

    [Theory]
    [InlineData("24:00:00.00", 86_400)]
    [InlineData("123:45:06.78", 445_506.78)]
    public void Progress_SourceOfDays_IsKnown(string said, double seconds)
    {
        var progress = new FfmpegProgress();
        Assert.True(progress.Hear($"[info]   Duration: {said}, start: 0.000000, bitrate: 1949 kb/s"));
        Assert.Equal(TimeSpan.FromSeconds(seconds), progress.Source);
    }

    [Fact]
    public void Progress_SourceOfNoLength_HasNone()
    {
        var progress = new FfmpegProgress();
        Assert.True(progress.Hear("[info]   Duration: N/A, bitrate: N/A"));
        Assert.Null(progress.Source);
    }

    // A server that starts on a busy machine must not be without variants for good.
    [Fact]
    public async Task Tools_ThatWereTooSlowToAnswer_AreLookedForAgain()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["ffmpeg", "ffprobe"])
        {
            var file = folder.Write(name, $"#!/bin/sh\n[ -e {folder.FileOf("quick")} ] || exec /bin/sleep 1000\necho ffmpeg version 6.0\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var time = new ManualTimeProvider(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
        await using var maker = new VariantMaker(new FfmpegLimits(), $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}", NullLoggerFactory.Instance, time);
        var first = maker.Tools;
        Assert.True(await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return first.IsCompleted;
            }, TimeSpan.FromSeconds(60)));
        Assert.True((await first).IsLate);
        folder.Write("quick", "");

        Assert.Equal("6.0", (await maker.Tools).Tools?.Version);
        Assert.Same(maker.Tools, maker.Tools);
    }

    [Theory]
    [InlineData(640, 480, null, null, null, 8, 3, 3, 8)]
    [InlineData(640, 480, 4, 3, 30, 10, 4, 3, 12)]
    [InlineData(1280, 720, null, null, 10, 95, 4, 3, 10)]
    [InlineData(640, 360, 5, null, null, 300, 5, 5, 25)]
    public void Grid_HoldsItsPictures(int width, int height, int? columns, int? rows, int? interval, int seconds, int across, int down, int pictures)
    {
        var grid = SpriteGrid.For(new VideoOptions { Mode = VideoMode.SpriteSheet, Format = "jpg", Width = width, Height = height, Columns = columns, Rows = rows, Interval = interval is { } every ? TimeSpan.FromSeconds(every) : null }, TimeSpan.FromSeconds(seconds));
        Assert.Equal((across, down, pictures), (grid.Columns, grid.Rows, grid.Pictures));
        Assert.True(grid.CellWidth % 2 == 0 && grid.CellHeight % 2 == 0 && grid.CellWidth * grid.Columns <= width && grid.CellHeight * grid.Rows <= height);
    }

    [Fact]
    public void Index_CoversTheWholeLength_CellByCell()
    {
        var text = Encoding.UTF8.GetString(WebVtt.Write(new SpriteGrid(TimeSpan.FromSeconds(3), 2, 2, 3, 100, 50), TimeSpan.FromHours(1), "a.mp4?mode=spritesheet"));
        Assert.Equal("""
            WEBVTT

            01:00:00.000 --> 01:00:01.000
            a.mp4?mode=spritesheet#xywh=0,0,100,50

            01:00:01.000 --> 01:00:02.000
            a.mp4?mode=spritesheet#xywh=100,0,100,50

            01:00:02.000 --> 01:00:03.000
            a.mp4?mode=spritesheet#xywh=0,50,100,50

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Length_IsWrittenIntoTheHeadOfAnMp4_ForTheWholeAndEachTrack()
    {
        var head = new byte[200];
        foreach (var (box, at) in (((string, int)[])[("mvhd", 20), ("mdhd", 80), ("mdhd", 140)]))
        {
            Encoding.ASCII.GetBytes(box, head.AsSpan(at));
            BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(at + 16), 1000);
        }

        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(160), 7);
        DurationPatch.Apply(head, TimeSpan.FromSeconds(8.5));
        Assert.Equal((8500u, 8500u), (BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(40)), BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(100))));
        // Where one stands already it is right.
        Assert.Equal(7u, BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(160)));
    }

    [Fact]
    public void Head_IsReady_OnceItsIndexIsWhole()
    {
        byte[] head = [0, 0, 0, 8, (byte)'f', (byte)'t', (byte)'y', (byte)'p', 0, 0, 0, 12, (byte)'m', (byte)'o', (byte)'o', (byte)'v', 1, 2, 3, 4];
        Assert.False(DurationPatch.IsReady(head.AsSpan(0, 8)));
        Assert.False(DurationPatch.IsReady(head.AsSpan(0, 19)));
        Assert.True(DurationPatch.IsReady(head));
    }
}
