using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Sluice.Configuration;
using Sluice.Logging;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Tests.Logging;

public sealed class LineLoggerTests
{
    [Fact]
    public async Task Log_Text_IsOneLineWithTheRequestId()
    {
        var lines = await LinesAsync(new LoggingSection(), factory =>
        {
            var log = factory.CreateLogger("Sluice.Edge");
            log.LogInformation("plain");
            using (log.BeginScope(new RequestScope("id-1")))
                log.LogWarning(new IOException("disk\nfull", new TimeoutException("late")), "{Path} failed", "/a\r\n2026 error forged");
            log.LogDebug("too quiet to see");
        });

        Assert.Equal(
        [
            "2026-01-02T03:04:05.000Z info  Sluice.Edge: plain",
            "2026-01-02T03:04:05.000Z warn  Sluice.Edge: /a  2026 error forged failed request=id-1 | IOException: disk full | TimeoutException: late",
        ], lines);
    }

    [Fact]
    public async Task Log_Json_IsOneObjectALine()
    {
        var lines = await LinesAsync(new LoggingSection { Format = "json" }, factory =>
        {
            var log = factory.CreateLogger("Sluice.Edge");
            using (log.BeginScope(new RequestScope("id-1")))
                log.LogWarning(new EventId(7, "Failed"), new IOException("disk\nfull"), "{Path} failed", "/a");
        });

        var line = JsonNode.Parse(Assert.Single(lines))!;
        Assert.Equal(("warn", "Sluice.Edge", "Failed", "/a failed", "id-1", "/a"), ((string?)line["level"], (string?)line["category"], (string?)line["event"], (string?)line["message"], (string?)line["requestId"], (string?)line["data"]!["path"]));
        Assert.Contains("disk\nfull", (string?)line["exception"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debug", 4)]
    [InlineData("info", 3)]
    [InlineData("warn", 2)]
    [InlineData("error", 1)]
    [InlineData("off", 0)]
    public async Task Log_Level_KeepsWhatIsAsImportant(string level, int kept)
    {
        var lines = await LinesAsync(new LoggingSection { Level = level }, factory =>
        {
            var log = factory.CreateLogger("Sluice");
            log.LogDebug("1");
            log.LogInformation("2");
            log.LogWarning("3");
            log.LogError("4");
        });

        Assert.Equal(kept, lines.Length);
    }

    [Fact]
    public async Task Log_FrameworkAtInfo_IsQuietBelowWarnings()
    {
        var lines = await LinesAsync(new LoggingSection(), factory =>
        {
            factory.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").LogInformation("chatter");
            factory.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").LogWarning("worth knowing");
        });

        Assert.Contains("worth knowing", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_FasterThanTheStreamTakes_DropsAndSaysHowMany()
    {
        var stream = new BlockedStream();
        var writer = new LineWriter(stream);
        for (var i = 0; i < 40_000; i++)
            writer.Write("line");

        Assert.True(writer.Dropped > 0);
        stream.Release.SetResult();
        await writer.DisposeAsync();
        Assert.Contains("lines dropped", stream.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "kept\n(50 lines dropped: the log could not be written, or not as fast as it grew)\n")]
    [InlineData(true, "kept\n{\"message\":\"50 lines dropped: the log could not be written, or not as fast as it grew\"}\n")]
    public async Task Write_ToAFullDisk_CountsEachLineThatIsLost(bool json, string written)
    {
        var (stream, full) = (new MemoryStream(), true);
        var writer = new LineWriter(stream, same => full ? throw new IOException("No space left on device") : same, json);
        for (var i = 0; i < 50; i++)
            writer.Write("lost");
        Assert.True(await Eventually.HoldsAsync(() => writer.Dropped == 50, TimeSpan.FromSeconds(10)));
        full = false;
        writer.Write("kept");
        await writer.DisposeAsync();
        Assert.Equal(written, Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static async Task<string[]> LinesAsync(LoggingSection options, Action<ILoggerFactory> log)
    {
        var stream = new MemoryStream();
        await using (var writer = new LineWriter(stream))
        {
            using var factory = LineLoggerProvider.CreateFactory(writer, options, new ManualTimeProvider());
            log(factory);
        }
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class BlockedStream : MemoryStream
    {
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Text => Encoding.UTF8.GetString(ToArray());

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Release.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
