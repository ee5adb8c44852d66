using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Uploads;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;
using Sluice.Core.Storage;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Api;

/// <summary>Row U097: what hangs holds up neither a client nor the end of the program for ever.</summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider time = new();

    // ENOSPC, as an upload into a folder finds.
    [Fact]
    public async Task Request_WhereTheDiskIsFull_SaysSo()
    {
        await using var app = await StartAsync(_ => throw new IOException("No space left on device", 28));
        using var client = new HttpClient { Timeout = Limit };
        using var answer = await client.GetAsync($"{app.Urls.First()}/v1/videos/{Guid.NewGuid()}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        Assert.StartsWith("{\"error\":\"insufficient_storage\",", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatHangsForHalfAMinute_IsAnsweredAsFailed()
    {
        var asked = new TaskCompletionSource();
        await using var app = await StartAsync(cancellation =>
        {
            asked.SetResult();
            return new TaskCompletionSource<VideoCatalog>().Task.WaitAsync(cancellation);
        });
        using var client = new HttpClient { Timeout = Limit };

        var answering = client.GetAsync($"{app.Urls.First()}/v1/videos/{Guid.NewGuid()}", TestContext.Current.CancellationToken);
        await asked.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(answering.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        using var answer = await answering;
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.StartsWith("{\"error\":\"internal_error\",", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    // A phone that is out of reach says nothing of it: what it had sent stayed in the folder for months.
    [Fact]
    public async Task Upload_OfWhichNothingMoreComes_IsEndedAfterAMinute()
    {
        using var folder = new TemporaryFolder();
        await using var stores = new InProcessKeyValueStores(time);
        await using var catalog = await OpenAsync(folder, new FolderStore(folder.FileOf("files")), stores);
        var video = await catalog.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), TestContext.Current.CancellationToken);
        await using var app = await StartAsync(_ => Task.FromResult(catalog));
        var url = await catalog.Uploads.ForAsync(video, app.Urls.First(), TestContext.Current.CancellationToken);
        using var client = new TcpClient(url.Host, url.Port);
        var line = client.GetStream();

        var begun = time.GetTimestamp();
        // So many bytes that the server's own least rate would wait for an hour.
        await line.WriteAsync(Encoding.ASCII.GetBytes($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n{new string('x', 1_000_000)}"), TestContext.Current.CancellationToken);
        var answering = new StreamReader(line, Encoding.ASCII).ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.True(await PassesUntilAsync(() => answering.IsCompleted));

        Assert.Equal("HTTP/1.1 408 Request Timeout", await answering);
        Assert.True(time.GetElapsedTime(begun) >= TimeSpan.FromMinutes(1));
        Assert.Empty(Directory.GetFiles(folder.FileOf("files"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Create_WhereNoUploadUrlCanBeMade_LeavesNoVideo()
    {
        using var folder = new TemporaryFolder();
        await using var stores = new InProcessKeyValueStores(time);
        await using var catalog = await OpenAsync(folder, new HangingStore { UrlFailure = new IOException("no credentials") }, stores);
        await using var app = await StartAsync(_ => Task.FromResult(catalog));
        using var client = new HttpClient { Timeout = Limit };

        using var answer = await client.PostAsync($"{app.Urls.First()}/v1/videos", JsonContent.Create(new { user_id = Guid.NewGuid(), title = "T", file_name = "a.mp4" }), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty((await catalog.Videos.ListAsync(new VideoQuery(), TestContext.Current.CancellationToken)).Videos);
    }

    [Fact]
    public async Task Dispose_WhileWorkHangs_WaitsForHalfAMinute()
    {
        using var folder = new TemporaryFolder();
        var store = new HangingStore();
        await using var stores = new InProcessKeyValueStores(time);
        var catalog = await OpenAsync(folder, store, stores);
        var video = await catalog.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), TestContext.Current.CancellationToken);
        await catalog.Videos.ProcessAsync(video.Id, TestContext.Current.CancellationToken);
        // Whoever looked a moment before the job was there looks again after a while.
        Assert.True(await PassesUntilAsync(() => store.Asked.Task.IsCompleted));

        var begun = time.GetTimestamp();
        var ending = catalog.DisposeAsync().AsTask();

        Assert.True(await PassesUntilAsync(() => ending.IsCompleted));
        Assert.True(time.GetElapsedTime(begun) >= TimeSpan.FromSeconds(30));
        store.Over.SetResult(null);
    }

    private Task<VideoCatalog> OpenAsync(TemporaryFolder folder, IObjectStore store, InProcessKeyValueStores stores) => VideoCatalog.OpenAsync(new CatalogParts
    {
        Options = new CatalogOptions { Directory = folder.Path }, Objects = store, Values = stores, Logging = NullLoggerFactory.Instance, Time = time,
    }, TestContext.Current.CancellationToken);

    private async Task<WebApplication> StartAsync(Func<CancellationToken, Task<VideoCatalog>> open)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(time);
        var app = builder.Build();
        app.MapCatalog(open);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private Task<bool> PassesUntilAsync(Func<bool> condition) => Eventually.HoldsAsync(() =>
    {
        if (condition()) return true;
        time.Advance(TimeSpan.FromSeconds(1));
        return false;
    }, Limit);

    private sealed class HangingStore : IObjectStore
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<string?> Over { get; } = new();

        public Exception? UrlFailure { get; init; }

        public string Name => "hangs";

        public ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default)
        {
            Asked.TrySetResult();
            return new(Over.Task);
        }

        public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default) => new(1);

        public ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default) => throw new NotSupportedException();

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask DeleteAsync(string key, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default) => UrlFailure is { } failure ? throw failure : default;
    }
}
