using System.Buffers;
using System.Xml;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.S3.Credentials;
using Sluice.S3.Objects;
using Sluice.S3.Signing;

namespace Sluice.S3.Downloads;

/// <summary>A bucket to download from, as one profile. Every answer but the wanted one is an <see cref="S3DownloadException"/>.</summary>
internal sealed class DownloadSource : IDisposable
{
    /// <summary>How often a page of a listing may break off in its middle.</summary>
    private const int PageCuts = 3;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly S3OriginOptions options;
    private readonly IS3Credentials credentials;
    private readonly HttpMessageInvoker http;
    private readonly HttpMessageInvoker anew;
    private readonly S3Exchange exchange;
    private readonly S3Responses responses;

    /// <exception cref="ArgumentException">The options will not do, or the profile does not exist.</exception>
    public DownloadSource(S3OriginOptions given, IS3Credentials credentials, TimeProvider time, ILogger log)
    {
        options = S3Origin.Resolve(given);
        this.credentials = credentials;
        var address = S3Address.For(options);
        Place = address.IsAws ? "aws" : options.Endpoint!.GetLeftPart(UriPartial.Path).TrimEnd('/');
        http = new(new OffSocketHandler(S3Origin.Handler(options, time)));
        anew = new(new OffSocketHandler(S3Origin.Handler(options, time, keeps: false)));
        exchange = new("s3:" + options.Bucket, options, new(options, address, credentials, time), http, anew, time);
        responses = new("s3:" + options.Bucket, keepMetadata: false, new(new S3Location(options.Bucket, "").ToString(), time, log));
    }

    /// <summary>Which server, free of secrets.</summary>
    public string Place { get; }

    /// <summary>Whether the object is still of a version; null when it is. One HEAD request.</summary>
    public async Task<DownloadHead?> ChangedAsync(string key, ObjectVersion? held, CancellationToken cancellation)
    {
        var head = await AskAsync(new() { Method = "HEAD", Path = "/", Held = held }, key, cancellation);
        await head.Response.DisposeAsync();
        return head.Response.Status == 304 ? null : head;
    }

    /// <summary>Begins to fetch an object: its first bytes, at most so many.</summary>
    public async Task<DownloadHead> BeginAsync(string key, int bytes, CancellationToken cancellation)
    {
        var head = await AskAsync(new() { Path = "/", Range = new ByteRange(0, bytes - 1) }, key, cancellation);
        // An empty object has no first byte.
        if (head.Response.Status == 416) return await AskAsync(new() { Path = "/" }, key, cancellation);
        return head.Version.Length is null ? throw new S3DownloadException(S3DownloadFailure.Server, $"The server does not say how long s3://{options.Bucket}/{key} is: it is no S3 server, or a proxy is in between.") : head;
    }

    /// <summary>Bytes of a version.</summary>
    public async Task<OriginResponse> RangeAsync(string key, ObjectVersion version, long start, long end, CancellationToken cancellation) =>
        (await AskAsync(new() { Path = "/", Range = new ByteRange(start, end - 1), Require = version }, key, cancellation)).Response;

    /// <summary>Keys that start with a prefix, and their lengths, a page at a time.</summary>
    public async IAsyncEnumerable<(string Key, long Length)> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var fields = new List<SignedField> { new("list-type", "2"), new("encoding-type", "url"), new("prefix", prefix) };
            if (token is not null) fields.Add(new("continuation-token", token));
            var (page, next) = await PageAsync(CanonicalForm.Query(fields.ToArray()), prefix, cancellation);
            foreach (var item in page) yield return item;
            if (next is not null && next == token) throw new S3DownloadException(S3DownloadFailure.Server, $"Listing s3://{options.Bucket}/{prefix}: the server gives the same page again and again.");
            token = next;
        }
        while (token is not null);
    }

    public void Dispose()
    {
        http.Dispose();
        anew.Dispose();
        (credentials as IDisposable)?.Dispose();
    }

    private async Task<DownloadHead> AskAsync(OriginRequest request, string key, CancellationToken cancellation)
    {
        try
        {
            // Without a tag, date and length tell versions apart, and a 304 tells no length: then the fields of a 200 are compared instead (decision D20).
            var fields = S3Origin.Fields(request.Held is { ETag: null } ? request with { Held = null } : request);
            if (request.Method == "GET" && request.Require is null) fields.Add(new("x-amz-checksum-mode", "ENABLED"));
            var answer = await exchange.SendAsync(new(new(request.Method), CanonicalForm.Path(key), "", fields), cancellation);
            if (answer.Status is not (200 or 206 or 304 or 412 or 416)) throw Refused(answer, $"s3://{options.Bucket}/{key}");
            // Of a part, a checksum that does not say what it covers may cover the part.
            var type = answer.Field("x-amz-checksum-type") ?? (answer.Status == 200 ? null : "");
            var checksum = DownloadChecksum.Of(answer.Field, type);
            var keyOfServer = answer.Field("x-amz-server-side-encryption") is "aws:kms" or "aws:kms:dsse" || answer.Field("x-amz-server-side-encryption-customer-algorithm") is not null;
            var response = responses.From(request, answer);
            if (response.Status != 412) return new(response, !keyOfServer && IsMd5(response.Version.ETag), keyOfServer, checksum);
            await response.DisposeAsync();
            throw new OriginException(OriginFailure.Changed, $"s3://{options.Bucket}/{key} changed while it was fetched.");
        }
        catch (OriginException failure) when (failure.Failure == OriginFailure.Invalid)
        {
            throw new S3DownloadException(S3DownloadFailure.Server, failure.Message, failure);
        }
    }

    private async Task<(List<(string, long)> Page, string? Next)> PageAsync(string query, string prefix, CancellationToken cancellation)
    {
        for (var cuts = 0; ;)
        {
            using var answer = await exchange.SendAsync(new(HttpMethod.Get, "", query, []), cancellation);
            if (answer.Status != 200) throw Refused(answer, $"Listing s3://{options.Bucket}/{prefix}");
            try
            {
                return await DownloadListing.ReadAsync(answer.Body);
            }
            catch (OriginException cut) when (cut.Failure is OriginFailure.Truncated or OriginFailure.Timeout && ++cuts <= PageCuts)
            {
                // Asked for again: the pages before it are not thrown away for one connection.
            }
            catch (XmlException broken)
            {
                throw new S3DownloadException(S3DownloadFailure.Server, $"s3://{options.Bucket} was listed, but not as S3 does: check that the endpoint is an S3 server.", broken);
            }
        }
    }

    private static S3DownloadException Refused(S3Answer answer, string what)
    {
        var verdict = S3Verdict.For(answer, conditional: false);
        var hint = verdict.Hint is { } said ? " " + said : "";
        answer.Dispose();
        return verdict.Status switch
        {
            // To whom serves others a bucket that is not there is a failing origin; here it is what was asked for that there is not.
            _ when verdict.Status == 404 || answer.Status == 404 => new(S3DownloadFailure.NotFound, what + (hint.Length > 0 ? ":" + hint : ": there is no such object.")),
            _ when answer.Status is 400 or 401 or 403 => new(S3DownloadFailure.Denied, $"{what}: the server refused ({answer.Status} {answer.Error.Code}).{hint}".Replace(" )", ")", StringComparison.Ordinal)),
            _ => new(S3DownloadFailure.Server, $"{what}: the server answered {answer.Status} {answer.Error.Code}.{(hint.Length > 0 ? hint : " It is busy or failing: try again.")}".Replace(" .", ".", StringComparison.Ordinal)),
        };
    }

    private static bool IsMd5(string? tag) => tag is { Length: 34 } && tag[0] == '"' && tag[^1] == '"' && tag.AsSpan(1, 32).IndexOfAnyExcept(Hexadecimal) < 0;
}
