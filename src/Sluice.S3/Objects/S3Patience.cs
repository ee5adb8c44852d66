using Sluice.Core.Origins;

namespace Sluice.S3.Objects;

/// <summary>Time limits on one exchange, and the words for what goes wrong in it. One timer serves all its reads.</summary>
/// <param name="name">The origin's name, for messages.</param>
/// <param name="idle">How long a read may take.</param>
/// <param name="time">Clock.</param>
internal sealed class S3Patience(string name, TimeSpan idle, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource timer = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Runs out at the limit, or when the caller gives up.</summary>
    public CancellationToken Token => timer.Token;

    /// <summary>Allows that much from now on.</summary>
    public void Allow(TimeSpan limit) => timer.CancelAfter(limit);

    /// <summary>Stops the clock.</summary>
    public void Rest() => timer.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Gives up when the caller does.</summary>
    public CancellationTokenRegistration Follow(CancellationToken caller)
        => caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), timer);

    /// <summary>Reads some bytes within the idle limit.</summary>
    /// <exception cref="OriginException">The limit passed, or the connection broke.</exception>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken caller)
    {
        var read = stream.ReadAsync(buffer, timer.Token);
        if (read.IsCompletedSuccessfully) return read.Result;
        using var registration = Follow(caller);
        Allow(idle);
        try
        {
            return await read;
        }
        catch (OperationCanceledException)
        {
            caller.ThrowIfCancellationRequested();
            throw new OriginException(OriginFailure.Timeout, $"{name} sent no further byte within {idle.TotalSeconds:0.#} s.");
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new OriginException(OriginFailure.Truncated, $"{name} ended the connection before the whole body had come.", broken);
        }
        finally
        {
            Rest();
        }
    }

    public void Dispose() => timer.Dispose();
}
