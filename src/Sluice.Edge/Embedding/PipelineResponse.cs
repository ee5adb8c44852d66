using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Origins;

namespace Sluice.Edge.Embedding;

/// <summary>What an app writes its answer to, and the cache reads it from, as it is written. The app waits when the cache takes no more.</summary>
internal sealed class PipelineResponse(bool isHead) : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 128 << 10, resumeWriterThreshold: 64 << 10, useSynchronizationContext: false));
    private readonly TaskCompletionSource head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<(Func<object, Task> Callback, object State)> starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> completed = new();
    private PipeWriter? writer;
    private Stream? replaced;
    private volatile bool hasFailed, isComplete;
    private long written;

    /// <summary>Completes when status and fields are final.</summary>
    public Task Head => head.Task;

    /// <summary>The body for the cache to read.</summary>
    public Stream Body => field ??= pipe.Reader.AsStream();

    /// <summary>True when the cache has all of the answer, or can have: what the app does from then on is its own.</summary>
    public bool IsWhole => isComplete || StatusCode is 204 or 304 || (Headers.ContentLength is { } length && Volatile.Read(ref written) >= length);

    public int StatusCode
    {
        get;
        set => field = HasStarted ? throw new InvalidOperationException("The status cannot be set: the response has started.") : value;
    } = 200;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => replaced = value;
    }

    public Stream Stream => replaced ?? (field ??= new Written(this));

    public PipeWriter Writer => writer ??= PipeWriter.Create(Stream, new StreamPipeWriterOptions(leaveOpen: true));

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted) throw new InvalidOperationException("The response has started.");
        starting.Push((callback, state));
    }

    public void OnCompleted(Func<object, Task> callback, object state) => completed.Push((callback, state));

    public void DisableBuffering()
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted) return;
        while (starting.TryPop(out var next)) await next.Callback(next.State);
        HasStarted = true;
        // As with a server: who reads them now does so beside the app.
        if (Headers is HeaderDictionary fields) fields.IsReadOnly = true;
        head.TrySetResult();
    }

    public async Task CompleteAsync()
    {
        if (writer is not null) await writer.FlushAsync();
        if (!HasStarted && !isHead && StatusCode is not (204 or 304)) Headers.ContentLength ??= 0;
        isComplete = true;
        await StartAsync();
        await pipe.Writer.CompleteAsync();
    }

    /// <summary>Ends an answer that the app could not finish: where it had not begun with a status alone, as a server would.</summary>
    public void Fail(OriginException failure, int status = 500)
    {
        hasFailed = true;
        if (HasStarted)
        {
            pipe.Writer.Complete(failure);
            return;
        }

        Headers = new HeaderDictionary { ContentLength = 0 };
        (StatusCode, HasStarted, isComplete) = (status, true, true);
        pipe.Writer.Complete();
        head.TrySetResult();
    }

    /// <summary>Runs what the app wanted done at the end, all of it.</summary>
    /// <param name="failed">Told of what failed.</param>
    public async Task FinishAsync(Action<Exception> failed)
    {
        while (completed.TryPop(out var next))
        {
            try
            {
                await next.Callback(next.State);
            }
            catch (Exception failure)
            {
                failed(failure);
            }
        }
    }

    // As a server has it; nobody who reads to the length that was promised would notice.
    private void Count(int bytes)
    {
        written += bytes;
        if (!isHead && Headers.ContentLength is { } length && written > length)
            throw new InvalidOperationException($"The app wrote more than the {length} bytes of its Content-Length.");
    }

    private sealed class Written(PipelineResponse response) : BodyStream
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        // An app that is allowed to on its server (AllowSynchronousIO) is to learn why it may not here.
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Behind UseSluice a body is written asynchronously, also with AllowSynchronousIO: call WriteAsync.");

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // As with a server, what is written after the end goes nowhere.
            if (response.hasFailed) return;
            response.Count(buffer.Length);
            await response.StartAsync(cancellationToken);
            await response.pipe.Writer.WriteAsync(buffer, cancellationToken);
        }

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            if (response.hasFailed) return;
            await response.StartAsync(cancellationToken);
            await response.pipe.Writer.FlushAsync(cancellationToken);
        }
    }
}
