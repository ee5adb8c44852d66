using System.Globalization;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.S3.Objects;

namespace Sluice.S3.PresignedUrls;

/// <summary>An origin that sends clients to the bucket: 302 to a presigned URL. The answer may be kept by the client while the URL is handed out, and by nobody else.</summary>
public sealed class PresignedRedirect(string name, string scope, IPresignedUrls urls, TimeProvider time) : IOrigin
{
    private static readonly PresignOptions Head = new() { Method = "HEAD" };

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Scope => scope;

    /// <inheritdoc/>
    public OriginTraits Traits => OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly;

    /// <inheritdoc/>
    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        if (request.Method is not ("GET" or "HEAD")) return Empty(405, []);
        if (S3ObjectKey.From("", request.Path) is not { } key) return Empty(404, []);
        try
        {
            var url = await urls.GetAsync(key, request.Method == "HEAD" ? Head : null, cancellation);
            var seconds = Math.Max(0, (long)(url.ReuseUntil - time.GetUtcNow()).TotalSeconds);
            return Empty(302, new() { { "Location", url.Url }, { "Cache-Control", string.Create(CultureInfo.InvariantCulture, $"private, max-age={seconds}") } });
        }
        catch (PresignedUrlException failure) when (failure.Status == 404)
        {
            return Empty(404, []);
        }
        catch (PresignedUrlException failure)
        {
            throw new OriginException(OriginFailure.Unreachable, $"{name}: {failure.Message}", failure);
        }
    }

    private static OriginResponse Empty(int status, HeaderList headers) => new() { Status = status, Headers = headers, BodyLength = 0, Version = new(null, null, null) };
}
