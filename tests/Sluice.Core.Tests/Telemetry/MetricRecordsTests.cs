using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Telemetry;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Telemetry;

public class MetricRecordsTests
{
    private static readonly Dictionary<string, string> Tags = new() { ["path"] = "a b=c.mp4", ["operation"] = "get" };
    private readonly ManualTimeProvider clock = new();
    private readonly CollectingSink sink = new();

    private sealed class LineLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add($"{logLevel} {eventId.Name}: {formatter(state, exception)}");
        }
    }

    [Fact]
    public async Task Add_FiftyRecords_AreOneBatchAndTheNextBeginsEmpty() // MTR-30
    {
        await using var records = new MetricRecords(sink, clock, NullLogger.Instance);
        Add(records, 49);
        Assert.Empty(sink.Batches);
        Add(records, 52);
        await Until(() => records.Sent == 100);
        Assert.Equal([50, 50], sink.Batches.Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(0, 49).Concat(Enumerable.Range(0, 51)), sink.Batches.SelectMany(batch => batch).Select(record => (int)record.Value));
        await records.FlushAsync();
        Assert.Equal([50, 50, 1], sink.Batches.Select(batch => batch.Count));
    }

    [Fact]
    public async Task Add_WhileABatchIsBeingSent_GoesIntoTheNextOne() // MTR-30: swapped before sending
    {
        sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var records = new MetricRecords(sink, clock, NullLogger.Instance);
        Add(records, 50);
        Add(records, 3);
        sink.Gate.SetResult();
        await records.FlushAsync();
        Assert.Equal([50, 3], sink.Batches.Select(batch => batch.Count));
    }

    [Fact]
    public async Task Flush_NothingThere_DoesNothing() // MTR-30
    {
        await using (var records = new MetricRecords(sink, clock, NullLogger.Instance))
        {
            await records.FlushAsync();
            clock.Advance(TimeSpan.FromMinutes(5));
            await records.FlushAsync();
        }
        Assert.Empty(sink.Batches);
    }

    [Fact]
    public async Task Flush_EveryTenSeconds_DoesNotWaitForFifty()
    {
        await using var records = new MetricRecords(sink, clock, NullLogger.Instance);
        Add(records, 2);
        clock.Advance(TimeSpan.FromSeconds(10));
        await Until(() => records.Sent == 2);
        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromSeconds(10), sink.Batches[0][0].Timestamp);
    }

    [Fact]
    public async Task Dispose_RecordsLeft_AreSentFirst() // MTR-31
    {
        var records = new MetricRecords(sink, clock, NullLogger.Instance);
        Add(records, 7);
        await records.DisposeAsync();
        await records.DisposeAsync();
        Assert.Equal(7, Assert.Single(sink.Batches).Count);
        records.Add("late", 1, Tags);
        await records.FlushAsync();
        Assert.Single(sink.Batches);
    }

    [Fact]
    public async Task Dispose_SinkThatNeverAnswers_IsGivenFiveSeconds()
    {
        sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var records = new MetricRecords(sink, clock, NullLogger.Instance);
        Add(records, 7);
        var ending = records.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        await ending;
        Assert.Equal((0, 7), (records.Sent, records.Lost));
    }

    [Fact]
    public async Task Send_SinkThatFails_IsCountedLoggedOnceAMinuteAndTriedAgain()
    {
        var log = new LineLogger();
        sink.Failure = new InvalidOperationException("no such host");
        await using var records = new MetricRecords(sink, clock, log);
        for (var i = 0; i < 3; i++) Add(records, 50);
        await records.FlushAsync();
        Assert.Equal((0, 150), (records.Sent, records.Lost));
        Assert.StartsWith("Warning metric_records_failed: 50 records were lost because test did not take them (InvalidOperationException: no such host).", Assert.Single(log.Lines), StringComparison.Ordinal);
        sink.Failure = null;
        Add(records, 50);
        await records.FlushAsync();
        Assert.Equal(50, records.Sent);
    }

    [Fact]
    public async Task Send_SinkThatHangs_HoldsABoundedNumberOfBatches()
    {
        sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var records = new MetricRecords(sink, clock, NullLogger.Instance);
        Add(records, 50 * 1100);
        Assert.Equal(50 * 100, records.Lost);
        sink.Gate.SetResult();
        await records.FlushAsync();
        Assert.Equal(50 * 1000, records.Sent);
    }

    [Fact]
    public async Task Send_WithoutASink_WritesTheStandardLineToTheLog() // MTR-32, MTR-33
    {
        var log = new LineLogger();
        await using (var records = new MetricRecords(null, clock, log)) records.Add("presigned_url_cache_hit", 1.5, Tags);
        Assert.Equal("Information metric: metric name=presigned_url_cache_hit value=1.5 path=a_b_c.mp4 operation=get timestamp=2026-01-02T03:04:05.000Z", Assert.Single(log.Lines));
    }

    [Fact]
    public async Task Http_Batch_IsPostedAsJson() // MTR-32
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new HttpMetricSink(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/in?token=secret"), clock);
        var records = new MetricRecords(http, clock, NullLogger.Instance);
        records.Add("presigned_url_cache_duration", 2.25, Tags);
        var ending = records.DisposeAsync().AsTask();
        var request = await AnswerAsync(listener, "200 OK");
        await ending;
        Assert.Equal(1, records.Sent);
        Assert.StartsWith("POST /in?token=secret HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"name":"presigned_url_cache_duration","value":2.25,"tags":{"path":"a b=c.mp4","operation":"get"},"timestamp":1767323045000}]"""), JsonNode.Parse(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])));
    }

    [Fact]
    public async Task Http_Refusal_LosesTheBatchAndTheLogNamesNoPath()
    {
        var log = new LineLogger();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new HttpMetricSink(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/in?token=secret"), clock);
        var records = new MetricRecords(http, clock, log);
        Add(records, 1);
        var ending = records.DisposeAsync().AsTask();
        await AnswerAsync(listener, "503 Busy");
        await ending;
        Assert.Equal(1, records.Lost);
        Assert.Contains("It answered 503", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log.Lines[0], StringComparison.Ordinal);
    }

    private static void Add(MetricRecords records, int count)
    {
        for (var i = 0; i < count; i++) records.Add("m", i, Tags);
    }

    private static async Task Until(Func<bool> holds)
    {
        while (!holds()) await Task.Yield();
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string status)
    {
        var stop = TestContext.Current.CancellationToken;
        using var client = await listener.AcceptTcpClientAsync(stop);
        var stream = client.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[4096];
        // The body is one JSON array.
        while (!request.ToString().EndsWith(']')) request.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, stop)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"), stop);
        return request.ToString();
    }
}
