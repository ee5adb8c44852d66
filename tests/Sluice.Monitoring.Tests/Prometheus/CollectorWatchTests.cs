using System.Net;
using Microsoft.Extensions.Logging;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Monitoring.Tests.Prometheus;

/// <summary>A collector that is away: the SDK says so to nobody.</summary>
public sealed class CollectorWatchTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Collector_ThatIsAwayAndBack_IsToldOnceEach(bool isAsync)
    {
        var (log, collector) = (new Lines(), new Collector());
        using var client = new HttpClient(new CollectorWatch(new Uri("http://collector:4318"), "metrics", log) { InnerHandler = collector });
        await AskAsync(HttpStatusCode.OK);
        Assert.Empty(log.Told);
        await AskAsync(null);
        await AskAsync(HttpStatusCode.NotFound);
        Assert.StartsWith("The OpenTelemetry collector at http://collector:4318/ does not take metrics (refused)", Assert.Single(log.Told), StringComparison.Ordinal);
        await AskAsync(HttpStatusCode.OK);
        await AskAsync(HttpStatusCode.OK);
        Assert.Equal("The OpenTelemetry collector at http://collector:4318/ takes metrics again", log.Told[1]);
        await AskAsync(HttpStatusCode.NotFound);
        Assert.Contains("(it answered 404)", log.Told[2], StringComparison.Ordinal);
        Assert.Equal(3, log.Told.Count);

        async Task AskAsync(HttpStatusCode? status)
        {
            collector.Status = status;
            using var request = new HttpRequestMessage(HttpMethod.Post, "http://collector:4318/v1/metrics");
            try
            {
                (isAsync ? await client.SendAsync(request, TestContext.Current.CancellationToken) : client.Send(request, TestContext.Current.CancellationToken)).Dispose();
            }
            catch (HttpRequestException) when (status is null)
            {
            }
        }
    }

    private sealed class Collector : HttpMessageHandler
    {
        public HttpStatusCode? Status { get; set; }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new(Status ?? throw new HttpRequestException("refused"));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
    }

    private sealed class Lines : ILogger
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Told.Add(formatter(state, exception));
    }
}
