using System.Text;
using Sluice.Core.Origins;
using Sluice.Core.Processes;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;
using Sluice.Video.Variants;

namespace Sluice.Video.Tests.Variants;

/// <summary>One run of ffmpeg, of which nobody knows before whether its source is of high dynamic range.</summary>
public sealed class VariantRunTests : IDisposable
{
    private const string Hdr = "echo '[info]   Stream #0:0: Video: hevc, yuv420p10le(tv, bt2020nc/bt2020/smpte2084), 64x64' >&2; echo '[info] Stream mapping:' >&2; ";

    private readonly ManualTimeProvider time = new();
    private readonly TemporaryFolder folder = new();
    private readonly VariantMeter meter;

    public VariantRunTests() => meter = new VariantMeter(new FairQueue(1, 1, TimeSpan.FromSeconds(1), time));

    public void Dispose()
    {
        meter.Dispose();
        folder.Dispose();
    }

    // A bucket that takes seconds for each of the requests that it takes to find what a file says of itself.
    [Fact]
    public async Task Source_ThatIsSlowToOpen_IsToldInStandardRangeToo_AndHasTheTimeOfOneRun()
    {
        await using var run = Start($"until [ -e {folder.FileOf("opened")} ]; do /bin/sleep 0.02; done; {Hdr}printf grey; exec /bin/sleep 60", "printf standard; exec /bin/sleep 60");
        var reading = ReadAsync(run);
        time.Advance(TimeSpan.FromMinutes(6));
        folder.Write("opened", "");
        Assert.Equal("standard", await reading);
        var end = ReadAsync(run);
        time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<OriginException>(() => end);
        Assert.Equal(ToolEnd.TimedOut, (await run.Exited).End);
    }

    [Theory]
    [InlineData("[info] Stream mapping:", "as it is")]
    [InlineData("", "")] // of what failed at once
    public async Task Source_OfStandardRange_IsReadOnce(string said, string made)
    {
        await using var run = Start($"echo '{said}' >&2; printf '{made}'", "printf again");
        Assert.Equal(made, await ReadAsync(run));
    }

    // A viewer was told of a picture in 8K and high dynamic range, which takes more, that it is no media.
    [Theory]
    [InlineData("[error] Error while filtering: Cannot allocate memory")]
    [InlineData("x264 [error]: malloc of size 57105233 failed")]
    [InlineData("[libaom-av1 @ 0x55ec85a347c0] [error] Error encoding frame: Memory allocation error")]
    [InlineData("[mjpeg @ 0x55bc94ac5940] [error] ff_frame_thread_encoder_init failed")]
    public async Task Fault_WhereMemoryRanOut_SaysSo(string said)
    {
        await using var run = Start($"echo '{said}' >&2; echo '[error] Error while opening encoder' >&2; exit 1", "");
        await Assert.ThrowsAsync<OriginException>(() => ReadAsync(run));
        Assert.Equal((413, "Making the variant took more memory or processor time than it may."), run.Fault(await run.Exited) is { } fault ? (fault.Status, fault.Message) : default);
    }

    // While its package was upgraded sources were said to be no media.
    [Fact]
    public async Task Fault_OfAnFfmpegThatMissesALibrary_SaysNothingOfTheSource()
    {
        await using var run = Start("echo 'ffmpeg: error while loading shared libraries: libavcodec.so.59' >&2; exit 127", "");
        await Assert.ThrowsAsync<OriginException>(() => ReadAsync(run));
        Assert.Equal((500, "ffmpeg failed: it could not be run"), run.Fault(await run.Exited) is { } fault ? (fault.Status, fault.Message) : default);
    }

    private VariantRun Start(string first, string forHdr) =>
        new(new FfmpegTools("/bin/sh", "", ""), new FfmpegCommand(["-c", first]) { Again = traits => ["-c", traits.Colours == Colours.Hdr ? forHdr : first] }, new VideoOptions { Format = "mp4" }, new FfmpegLimits { Time = TimeSpan.FromMinutes(10) }, meter, time);

    private static async Task<string> ReadAsync(VariantRun run)
    {
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, await run.ReadAsync(buffer, TestContext.Current.CancellationToken));
    }
}
