using System.Globalization;
using System.Text;
using Sluice.Catalog.Caching;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Uploads;
using Sluice.Catalog.Videos;
using Sluice.Core.Processes;
using Sluice.Core.Storage;
using Sluice.TestKit.Processes;

namespace Sluice.Catalog.Hls;

public sealed class HlsTests
{
    private static readonly Guid Id = Guid.Parse("6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d");

    [Theory]
    [InlineData(1920, 1080, "1080p 1920x1080 5000000, 720p 1280x720 2500000, 360p 640x360 800000")]
    [InlineData(3840, 2160, "1080p 1920x1080 5000000, 720p 1280x720 2500000, 360p 640x360 800000")]
    [InlineData(1280, 720, "720p 1280x720 2500000, 360p 640x360 800000")]
    [InlineData(854, 480, "360p 640x360 800000")]
    [InlineData(640, 360, "360p 640x360 800000")]
    [InlineData(1440, 1080, "1080p 1440x1080 5000000, 720p 960x720 2500000, 360p 480x360 800000")]
    [InlineData(1080, 1920, "1080p 608x1080 5000000, 720p 404x720 2500000, 360p 202x360 800000")]
    [InlineData(320, 239, "238p 318x238 800000")]
    [InlineData(2, 3, "2p 2x2 800000")]
    public void Ladder_OfASource_IsNeverLargerThanIt(double width, int height, string expected) =>
        Assert.Equal(expected, string.Join(", ", Ladder.For(new SourceInfo(0, null, width, height, 1)).Select(r => $"{r.Name} {r.Width}x{r.Height} {r.BitRate}")));

    [Fact]
    public void Master_OfRenditions_IsThisText() => Assert.Equal("""
        #EXTM3U
        #EXT-X-VERSION:3
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-STREAM-INF:BANDWIDTH=5400000,AVERAGE-BANDWIDTH=5100000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=29.970
        g1/1080p/playlist.m3u8
        #EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=130000,CODECS="mp4a.40.2"
        g1/audio/playlist.m3u8

        """, MasterManifest.Write("g1",
        [
            new() { Name = "1080p", Width = 1920, Height = 1080, Codecs = "avc1.640028,mp4a.40.2", Bandwidth = 5_400_000, AverageBandwidth = 5_100_000, FrameRate = 30000 / 1001.0, Duration = 10 },
            new() { Name = "audio", Codecs = "mp4a.40.2", Bandwidth = 140_000, AverageBandwidth = 130_000, Duration = 10 },
        ]));

    // ffmpeg ends with success there: of a folder on a server that was away for a moment the video was READY with what had been read.
    [Theory]
    [InlineData("file:/store/originals/a: Input/output error", "Input/output error")]
    [InlineData("file:/a: corrupt input packet in stream 0\nfile:/a: Stale file handle\n[aac @ 0x1] channel element 0.0 is not allocated", "Stale file handle")]
    [InlineData("[in#0/mpegts @ 0x558a26] Error during demuxing: Input/output error", "Input/output error")]
    [InlineData("[matroska,webm @ 0x564c435f9900] File ended prematurely", null)] // of a file that was cut off
    [InlineData("[mov,mp4 @ 0x5586f7] stream 1, offset 0x5ba770: partial file\nfile:/a: Invalid data found when processing input", null)]
    [InlineData("Error while decoding stream #0:0: Input/output error", null)]
    [InlineData("", null)]
    public void Fault_OfAFileThatCouldNotBeRead_IsNoSuccess(string said, string? expected) =>
        Assert.Equal(expected is null ? null : "ffmpeg could not read the upload: " + expected, FfmpegTools.Fault("ffmpeg", new ToolExit(ToolEnd.Exited, 0, said))?.Message);

    // While its package was upgraded, or where memory ran out, each upload that was looked at was FAILED for good, as no video.
    [Theory]
    [InlineData(ToolEnd.Exited, 1, "Invalid data found when processing input", true)]
    [InlineData(ToolEnd.Exited, 1, "file:/a: Input/output error", false)]
    [InlineData(ToolEnd.Exited, 127, "error while loading shared libraries: libavcodec.so.59: cannot open shared object file", false)]
    [InlineData(ToolEnd.Exited, 126, "", false)]
    [InlineData(ToolEnd.Signalled, 128 + 9, "", false)]
    [InlineData(ToolEnd.Signalled, 128 + 11, "", true)]
    [InlineData(ToolEnd.TimedOut, 128 + 9, "", true)]
    public void Fault_OfATool_MayBeTheFiles(ToolEnd end, int code, string said, bool expected) => Assert.Equal(expected, FfmpegTools.Fault("ffprobe", new ToolExit(end, code, said)) is ToolFailedException);

    // ffmpeg ends with success on a full disk: a video of such segments was READY where room came back in time for its playlist.
    [Theory]
    [InlineData("segment_000.ts", 1880, "", true)]
    [InlineData("segment_000.ts", 4096, "", false)]
    [InlineData("segment_000.ts", 0, "", false)]
    [InlineData("poster.jpg", 4094, "\u00FF\u00D9", true)]
    [InlineData("poster.jpg", 4096, "", false)]
    [InlineData("playlist.m3u8", 10, "#EXT-X-ENDLIST\n", true)]
    [InlineData("playlist.m3u8", 4096, "", false)]
    [InlineData("playlist.m3u8", 0, "", false)]
    [InlineData("playlist.m3u8", 3, "", false)]
    public void MadeFiles_CutOffByAFullDisk_AreRefused(string name, int begin, string end, bool whole)
    {
        using var folder = new TemporaryFolder();
        folder.Write(name, [.. new byte[begin], .. Encoding.Latin1.GetBytes(end)]);

        var refusal = Record.Exception(() => MadeFiles.Check(folder.Path));

        Assert.Equal(whole ? null : $"{name} could not be written to its end. Check the free space of the worker's folder (--catalog).", refusal?.Message);
    }

    [Fact]
    public void SegmentSizes_OfAPlaylist_AreItsPeakAndMean()
    {
        using var folder = new TemporaryFolder();
        var playlist = folder.Write("playlist.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.000000,\na.ts\n#EXTINF:6.000000,\nb.ts\n#EXTINF:0.500000,\nc.ts\n#EXT-X-ENDLIST\n");
        folder.Write("a.ts", new byte[6000]);
        folder.Write("b.ts", new byte[12000]);
        folder.Write("c.ts", new byte[3000]);

        var (peak, average, duration) = SegmentSizes.Measure(playlist);

        // The short last segment is 48 kbit/s by itself, but no run of the length that counts: with the one before it, 15,000 bytes in 6.5 s.
        Assert.Equal((18_462, 13_440, 12.5), (peak, average, duration));
    }

    [Fact]
    public void SegmentSizes_OfAShortVideo_AreItsOnlySegments()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.ts", new byte[1000]);

        Assert.Equal((8000, 8000, 1.0), SegmentSizes.Measure(folder.Write("p.m3u8", "#EXT-X-TARGETDURATION:6\n#EXTINF:1.0,\na.ts\n")));
        Assert.Throws<IOException>(() => SegmentSizes.Measure(folder.Write("q.m3u8", "#EXT-X-TARGETDURATION:6\n")));
    }

    [Theory]
    [InlineData("""{"codec_type":"video","index":0,"width":1920,"height":1080}""", 1920, 1080)]
    [InlineData("""{"codec_type":"video","index":0,"width":1920,"height":1080,"side_data_list":[{"rotation":-90}]}""", 1080, 1920)]
    [InlineData("""{"codec_type":"video","index":0,"width":1920,"height":1080,"side_data_list":[{"rotation":180}]}""", 1920, 1080)]
    [InlineData("""{"codec_type":"video","index":0,"width":1920,"height":1080,"side_data_list":[{"rotation":-2147483648}]}""", 1920, 1080)]
    [InlineData("""{"codec_type":"video","index":0,"width":720,"height":576,"sample_aspect_ratio":"16:15"}""", 768, 576)]
    [InlineData("""{"codec_type":"video","index":0,"width":720,"height":576,"sample_aspect_ratio":"0:1"}""", 720, 576)]
    public void Probe_OfAPicture_IsAsShown(string stream, double width, int height)
    {
        var source = SourceProbe.Read(Encoding.UTF8.GetBytes($$$"""{"streams":[{{{stream}}},{"codec_type":"audio","index":1}],"format":{"duration":"12.5"}}"""));

        Assert.Equal((width, height, 0, 1, 12.5), (source.DisplayWidth, source.Height, source.VideoStream, source.AudioStream, source.Duration));
    }

    [Theory]
    [InlineData("""{"duration":"0.040000"}""", """{"duration":"15.000000"}""", 14.96)]
    [InlineData("""{"duration":"15.003","tags":{"DURATION":"00:00:00.043000000"}}""", """{"tags":{"DURATION":"00:00:15.003000000"}}""", 14.96)]
    [InlineData("""{"start_time":"8.0","duration":"10"}""", """{"start_time":"0.0","duration":"20.5"}""", 2.5)]
    [InlineData("""{"duration":"15","tags":{"DURATION":"00:00:10.000000000"}}""", """{"start_time":"4.977","duration":"15","tags":{"DURATION":"00:00:15.000000000"}}""", 5)]
    [InlineData("""{"duration":"9.8"}""", """{"duration":"10"}""", 0)]
    [InlineData("""{"duration":"20"}""", """{"duration":"10"}""", 0)]
    [InlineData("""{}""", """{"duration":"10"}""", 0)]
    [InlineData("""{"duration":"10","tags":{"DURATION":"nonsense nonsense"}}""", """{}""", 0)]
    public void Probe_OfSoundThatGoesOnAfterThePicture_TellsForHowLong(string picture, string sound, double expected)
    {
        var source = SourceProbe.Read(Encoding.UTF8.GetBytes($$"""{"streams":[{"codec_type":"video","index":0,"width":320,"height":240,{{picture[1..]}},{"codec_type":"audio","index":1,{{sound[1..]}}]}""".Replace(",}", "}", StringComparison.Ordinal)));

        Assert.Equal(expected, source.StillEnd, 6);
    }

    // Of a sound that begins late ffprobe tells as little as of one of which nothing ever comes, at which ffmpeg fails.
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, 1)]
    public async Task Probe_OfARecordingWhoseSoundIsLate_TakesItWhereItComes(bool isWhole, int? expected)
    {
        using var folder = new TemporaryFolder();
        var tools = new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System);
        var file = folder.FileOf("late.ts");
        await tools.EncodeAsync(folder.Path, ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=21", "-itsoffset", "20", "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "mpeg2video", "-c:a", "mp2", file], null, TestContext.Current.CancellationToken);
        if (!isWhole) await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))[..(188 * 1000)], TestContext.Current.CancellationToken);

        var source = await new SourceProbe(tools).ProbeAsync(file, TestContext.Current.CancellationToken);

        Assert.Equal(expected, source.AudioStream);
    }

    // Of a broadcast's sounds there may be one of which nothing comes; what plays first of several is not always first in the file.
    [Theory]
    [InlineData("""{"index":1,"codec_name":"mp3","channels":0},{"index":2,"codec_name":"mp2","channels":2}""", 2)]
    [InlineData("""{"index":1,"codec_name":"mp3","channels":0}""", 1)]
    [InlineData("""{"index":1,"channels":2,"disposition":{"default":1}},{"index":2,"codec_name":"aac","channels":2,"disposition":{"default":0}}""", 2)]
    [InlineData("""{"index":1,"channels":2}""", 1)]
    [InlineData("""{"index":1,"codec_name":"aac","channels":2,"disposition":{"default":0}},{"index":2,"codec_name":"aac","channels":2,"disposition":{"default":1}}""", 2)]
    [InlineData("""{"index":1,"codec_name":"aac","channels":2,"disposition":{"default":1}},{"index":2,"codec_name":"aac","channels":6,"disposition":{"default":1}}""", 1)]
    public void Probe_OfSeveralSounds_TakesOneThatPlays(string sounds, int? expected)
    {
        var source = SourceProbe.Read(Encoding.UTF8.GetBytes($$"""{"streams":[{"codec_type":"video","index":0,"width":320,"height":240},{{sounds.Replace("{\"index\"", "{\"codec_type\":\"audio\",\"index\"", StringComparison.Ordinal)}}]}"""));

        Assert.Equal(expected, source.AudioStream);
    }

    // Its sound was silence for the fourteen hours that are not in it, or it was refused as longer than a day.
    [Fact]
    public async Task Probe_OfARecordingWhoseClockJumps_TellsWhatIsInIt()
    {
        using var folder = new TemporaryFolder();
        var tools = new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System);
        var (first, second) = (folder.FileOf("first.ts"), folder.FileOf("second.ts"));
        foreach (var (part, begin) in ((string, string)[])[(first, "0"), (second, "50000")])
            await tools.EncodeAsync(folder.Path, ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=2", "-c:v", "mpeg2video", "-output_ts_offset", begin, part], null, TestContext.Current.CancellationToken);
        var joined = folder.Write("joined.ts", [.. await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken), .. await File.ReadAllBytesAsync(second, TestContext.Current.CancellationToken)]);

        var source = await new SourceProbe(tools).ProbeAsync(joined, TestContext.Current.CancellationToken);

        Assert.InRange(source.PictureEnd, 3.5, 4.5);
    }

    // What a header says of the end is what was meant to be: a file may be cut off before it, and the last picture of a recorded screen is shown for as long as nothing moves.
    [Theory]
    [InlineData("0,9.96,0.04\n1,9.98,0.02\n", 10, 0)]
    [InlineData("0,3.96,0.04\n1,9.98,0.02\n", 10, 6)]
    [InlineData("0,3.96,N/A\n1,9.98,0.02\n", 10, 6.04)]
    [InlineData("0,3.96,6.04\n1,9.98,0.02\n", 10, 0.04)]
    [InlineData("0,5.00,0.04\n0,4.96,0.04\n1,5.02,0.02\n2,9.00,1.00\n", 5.04, 0)]
    [InlineData("1,9.98,0.02\n", 10, 1)]
    [InlineData("", 0, 0)]
    public async Task Probe_OfTheLastPackets_TellsWhatIsThere(string packets, double pictureEnd, double stillEnd)
    {
        var told = new SourceInfo(0, 1, 320, 240, 11) { PictureEnd = 10, StillEnd = stillEnd == 1 ? 1 : 0, Begin = 1.4, Frame = 0.04 };

        var source = await SourceProbe.AtEndAsync(told, new StringReader(string.Join('\n', packets.Split('\n').Select(line => line.Split(',') is [var stream, var at, var length]
            ? string.Create(CultureInfo.InvariantCulture, $"{stream},{double.Parse(at, CultureInfo.InvariantCulture) + 1.4},{length}") : line))));

        Assert.Equal((pictureEnd, stillEnd), (Math.Round(source.PictureEnd, 6), Math.Round(source.StillEnd, 6)));
    }

    // Of a file of 23 KB with an hour between its pictures a day of film is encoded: more of them kept a worker busy until its twelve hours were over, for each attempt.
    [Theory]
    [InlineData(86_400, 0, 0, true)]
    [InlineData(86_401, 0, 0, false)]
    [InlineData(10, 1e6, 1e6, false)]
    [InlineData(10, 0, 1e6, true)]
    [InlineData(0, 0, 1e6, false)]
    [InlineData(0, 0, 0, true)]
    public void Probe_OfMoreThanADay_IsRefused(double pictureEnd, double stillEnd, double duration, bool isTaken)
    {
        var told = new SourceInfo(0, 1, 320, 240, duration) { PictureEnd = pictureEnd, StillEnd = stillEnd };

        var refusal = Record.Exception(() => SourceProbe.Accept(told));

        Assert.Equal(isTaken ? null : "The uploaded file is longer than 24 hours.", (refusal as UnusableSourceException)?.Message);
    }

    // A file of 20 MB may have a packet for each of its bytes: the list of them took gigabytes of the server.
    [Fact]
    public async Task Probe_OfTheLastPackets_KeepsNoneOfThem()
    {
        var packets = new ForgottenLines(10_000);

        await SourceProbe.AtEndAsync(new SourceInfo(0, null, 320, 240, 10) { PictureEnd = 10 }, packets);

        Assert.Equal(0, packets.StillThere);
    }

    [Fact]
    public async Task Probe_OfAFileWithMoreToTellThanAnyVideo_IsBrokenOff()
    {
        using var endless = File.OpenRead("/dev/zero");

        await Assert.ThrowsAsync<ToolFailedException>(() => FfmpegTools.ReadReportAsync(endless));
    }

    [Theory]
    [InlineData("""{"streams":[]}""")]
    [InlineData("{}")]
    [InlineData("""{"streams":[{"codec_type":"audio","index":0}]}""")]
    [InlineData("""{"streams":[{"codec_type":"video","index":0,"width":300,"height":300,"disposition":{"attached_pic":1}},{"codec_type":"audio","index":1}]}""")]
    public void Probe_WithoutAPicture_IsRefused(string report) =>
        Assert.Throws<UnusableSourceException>(() => SourceProbe.Read(Encoding.UTF8.GetBytes(report)));

    // ffprobe that must not unpack it tells no size.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(16_000, 16_000)]
    public void Probe_OfAHugePicture_IsRefused(int width, int height)
    {
        var report = $$"""{"streams":[{"codec_type":"video","index":0,"width":{{width}},"height":{{height}}}]}""";
        Assert.Contains("33,177,600 pixels", Assert.Throws<UnusableSourceException>(() => SourceProbe.Read(Encoding.UTF8.GetBytes(report))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Thumbnails_OfAVideo_AreCuesIntoOnePicture()
    {
        var cues = Pictures.Cues(10.5, 1, 11, 90).Split('\n');

        Assert.Equal("WEBVTT", cues[0]);
        Assert.Equal(["00:00:00.000 --> 00:00:01.000", "thumbnails.jpg#xywh=0,0,160,90"], cues[2..4]);
        Assert.Equal(["00:00:10.000 --> 00:00:10.500", "thumbnails.jpg#xywh=0,90,160,90"], cues[^3..^1]);
    }

    [Fact]
    public void Keys_OfAVideo_AreAsInTheRows()
    {
        Assert.Equal("hls/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d/master.m3u8", VideoKeys.Master(Id));
        Assert.Equal("video:6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d", VideoKeys.Metadata(Id));
        Assert.Equal("originals/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d/a b.mp4", VideoKeys.Original(Id, "a b.mp4"));
    }

    [Theory]
    [InlineData("/hls/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d/master.m3u8", true)]
    [InlineData("/hls/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d/g/360p/segment_000.ts", true)]
    [InlineData("/hls/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d", false)]
    [InlineData("/hls/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3dx/master.m3u8", false)]
    [InlineData("/hls/movie/master.m3u8", false)]
    [InlineData("/", false)]
    public void OfPath_OfAVideosFile_IsItsId(string path, bool expected) => Assert.Equal(expected ? Id : null, VideoKeys.OfPath(path));

    [Fact]
    public async Task Source_LargerThanTheLimit_IsRefusedBeforeItIsFetched()
    {
        using var folder = new TemporaryFolder();
        var video = TestVideos.First;
        folder.Write(video.OriginalKey, "01234567890");
        var tools = new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System);

        var refused = await Assert.ThrowsAsync<UnusableSourceException>(() => new Transcoder(new FolderStore(folder.Path), tools, 10, ScratchFolder.Room, TimeProvider.System).RunAsync(video, "g", folder.FileOf("scratch"), new(), default));

        Assert.Contains("larger than the 10 bytes", refused.Message, StringComparison.Ordinal);
    }

    private static Task UploadAsync(TemporaryFolder folder, FfmpegTools tools) =>
        tools.EncodeAsync(folder.Path, ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1", folder.Write(TestVideos.First.OriginalKey, "")], null, TestContext.Current.CancellationToken);

    // Of a recorded screen the green was a darker one, and of every film in HD the poster's a brighter one.
    [Fact]
    public async Task Encode_OfRgb_HasItsColoursInRenditionsAndPictures()
    {
        using var folder = new TemporaryFolder();
        var tools = new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System);
        var (file, made) = (folder.FileOf("screen.mov"), Path.GetDirectoryName(folder.FileOf("out/x"))!);
        await tools.EncodeAsync(folder.Path, ["-f", "lavfi", "-i", "color=c=0x0FD2BC:size=64x64:rate=10:duration=1,format=rgb24", "-c:v", "png", file], null, TestContext.Current.CancellationToken);
        var source = await new SourceProbe(tools).ProbeAsync(file, TestContext.Current.CancellationToken);

        var encoded = await new HlsEncoder(tools).EncodeAsync(file, source, Ladder.For(source)[0], made, _ => { }, TestContext.Current.CancellationToken);
        await new Pictures(tools).DrawAsync(made, encoded, folder.Path, TestContext.Current.CancellationToken);

        await AssertGreenAsync(Path.Combine(made, "segment_000.ts"), "in_color_matrix=bt709");
        foreach (var picture in (string[])["poster.jpg", "thumbnails.jpg"]) await AssertGreenAsync(folder.FileOf(picture), "in_color_matrix=bt601:in_range=pc");

        async Task AssertGreenAsync(string picture, string colours)
        {
            var raw = folder.FileOf("pixels.raw");
            await tools.EncodeAsync(folder.Path, ["-i", picture, "-frames:v", "1", "-vf", "scale=" + colours, "-pix_fmt", "rgb24", "-f", "rawvideo", raw], null, TestContext.Current.CancellationToken);
            var first = (await File.ReadAllBytesAsync(raw, TestContext.Current.CancellationToken))[..3];
            Assert.All(first.Zip<byte, byte>([0x0F, 0xD2, 0xBC]), pair => Assert.InRange(pair.First, pair.Second - 6, pair.Second + 6));
        }
    }

    // ffmpeg leaves out what it cannot write, goes on to the film's end, and ends with success.
    [Fact]
    public async Task Encode_DiskBecomesFull_EndsThere()
    {
        using var folder = new TemporaryFolder();
        var video = TestVideos.First;
        var tools = new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System);
        await UploadAsync(folder, tools);

        var failure = await Assert.ThrowsAsync<IOException>(() => new Transcoder(new FolderStore(folder.Path), tools, long.MaxValue, _ => 4096, TimeProvider.System).RunAsync(video, "g", folder.FileOf("scratch"), new(), default));

        Assert.Contains("The disk is full", failure.Message, StringComparison.Ordinal);
    }

    // What nothing leads to would hold a full store full, and each attempt would add to it.
    [Fact]
    public async Task Store_BecomesFull_KeepsNothingOfTheAttempt()
    {
        using var folder = new TemporaryFolder();
        var video = TestVideos.First;
        var tools = new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System);
        await UploadAsync(folder, tools);
        var store = new SmallStore(new FolderStore(folder.Path), 2);

        await Assert.ThrowsAsync<IOException>(() => new Transcoder(store, tools, long.MaxValue, ScratchFolder.Room, TimeProvider.System).RunAsync(video, "g", folder.FileOf("scratch"), new(), default));

        Assert.Empty(await store.ListAsync("hls/", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A store with room for so many files.</summary>
    private sealed class SmallStore(IObjectStore inner, int room) : IObjectStore
    {
        public string Name => inner.Name;

        public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default) => inner.GetLengthAsync(key, cancellation);

        public ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default) => inner.FetchAsync(key, scratch, cancellation);

        public ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default) =>
            room-- > 0 ? inner.PutAsync(key, file, contentType, cancellation) : throw new IOException("No space left on device");

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => inner.ListAsync(prefix, cancellation);

        public ValueTask DeleteAsync(string key, CancellationToken cancellation = default) => inner.DeleteAsync(key, cancellation);

        public ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default) => inner.GetUploadUrlAsync(key, validity, cancellation);
    }

    /// <summary>Lines, and how many of them somebody still has once they have been read.</summary>
    private sealed class ForgottenLines(int count) : TextReader
    {
        private readonly List<WeakReference> given = [];

        public int StillThere { get; private set; }

        public override Task<string?> ReadLineAsync()
        {
            if (given.Count < count) return Task.FromResult<string?>(Next());
            GC.Collect();
            // The one that was read last may be at hand.
            StillThere = given.SkipLast(1).Count(line => line.IsAlive);
            return Task.FromResult<string?>(null);
        }

        private string Next()
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"0,9.{given.Count},0.01");
            given.Add(new WeakReference(line));
            return line;
        }
    }
}
