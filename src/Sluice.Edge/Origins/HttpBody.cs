using Sluice.Core.Origins;

namespace Sluice.Edge.Origins;

/// <summary>A response body: counts what it was promised, waits only so long for more, and owns the exchange it belongs to.</summary>
/// <param name="origin">The origin's name.</param>
/// <param name="response">The exchange; disposing it gives the connection back when little is left to read, and closes it otherwise.</param>
/// <param name="inner">Its body.</param>
/// <param name="promised">How many bytes are to come; null when only the end will tell. More are not passed on.</param>
/// <param name="deadline">Not counting; taken over.</param>
/// <param name="idle">Longest wait for bytes.</param>
internal sealed class HttpBody(string origin, HttpResponseMessage response, Stream inner, long? promised, Deadline deadline, TimeSpan idle) : BodyStream
{
    private long? left = promised;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left == 0 || buffer.IsEmpty) return 0;
        if (buffer.Length > left) buffer = buffer[..(int)left];
        int count;
        deadline.Set(idle);
        try
        {
            using var following = deadline.Follow(cancellationToken);
            count = await inner.ReadAsync(buffer, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HttpOriginFailures.Timeout(origin, $"sent nothing for {idle.TotalSeconds:0.###} s within a body");
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw HttpOriginFailures.OfBody(origin, failure);
        }
        finally
        {
            deadline.Clear();
        }
        if (count == 0 && left > 0) throw new OriginException(OriginFailure.Truncated, $"Origin {origin} ended a body {left} bytes early.");
        left -= count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            deadline.Dispose();
        }
        base.Dispose(disposing);
    }
}
