using System.Net;
using System.Security.Authentication;

namespace Sluice.Commands;

/// <summary>Sends a file to where the catalog takes it, a few times where the server is away or busy: it may be an hour's work of a line.</summary>
internal sealed class FileUpload(HttpMessageHandler handler, ProgressLine progress, Terminal terminal)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LastPause = TimeSpan.FromSeconds(8);

    /// <summary>Sends it. Before each further try <paramref name="renew"/> is asked for another address, since the time of the first may be over.</summary>
    /// <exception cref="ApiException">It was not taken; the message says why.</exception>
    public async Task SendAsync(Uri url, Func<Task<Uri>> renew, string path, CancellationToken cancellation)
    {
        using var http = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            for (var pause = FirstPause; await TryAsync(http, url, path, cancellation) is { } fault; pause *= 2)
            {
                if (pause > LastPause)
                    throw fault;
                progress.End();
                terminal.Complain($"{fault.Message}; it is begun again in {pause.TotalSeconds:0} s");
                await Task.Delay(pause, terminal.Time, cancellation);
                try
                {
                    url = await renew();
                }
                catch (ApiException)
                {
                    // The one of before may do.
                }
            }
        }
        // A certificate that is not trusted stays so.
        catch (Exception e) when (e is IOException and not ApiException or UnauthorizedAccessException or HttpRequestException)
        {
            throw BrokeOff(path, e);
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>Null when it was taken; else why it was not, where another try may help.</summary>
    private async Task<ApiException?> TryAsync(HttpClient http, Uri url, string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var body = new UploadContent(file, (done, length) => progress.Show("uploading", (double)done / length));
        try
        {
            using var answer = await http.PutAsync(url, body, cancellation);
            if (answer.IsSuccessStatusCode)
                return null;
            var said = await answer.Content.ReadAsStringAsync(cancellation);
            var fault = new ApiException(ExitCode.Failure, answer.StatusCode == HttpStatusCode.RequestEntityTooLarge
                ? $"{path} is larger than the server takes (catalog.uploadLimit)"
                : $"the upload was answered with {(int)answer.StatusCode}: {said[..Math.Min(300, said.Length)]}");
            return IsPassing(answer.StatusCode) ? fault : throw fault;
        }
        catch (Exception e) when (e is HttpRequestException { InnerException: not AuthenticationException } or OperationCanceledException { InnerException: TimeoutException })
        {
            return BrokeOff(path, e);
        }
    }

    // A disk that is full stays so.
    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError and not HttpStatusCode.InsufficientStorage;

    private static ApiException BrokeOff(string path, Exception e) => new(ExitCode.Failure, $"the upload of {path} broke off: {e.InnerException?.Message ?? e.Message}", e);
}
