using System.Globalization;
using Sluice.S3.Credentials;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;

namespace Sluice.S3.Objects;

/// <summary>Addresses and signs requests to one bucket, and learns from refusals: the region it lives in, the server's clock, that credentials have expired.</summary>
internal sealed class S3Bucket(S3OriginOptions options, S3Address start, IS3Credentials credentials, TimeProvider time)
{
    /// <summary>How far apart clocks may be before a refusal without a reason is put down to them. Servers allow 15 minutes.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    // Stands for whoever signed the URL, so that a refusal is not put down to missing credentials.
    private static readonly S3Credentials ByUrl = new("", "");
    private static readonly PresignOptions Head = new() { Method = "HEAD" };

    /// <summary>How soon the chain is asked again for what the server refused and it had nothing newer for.</summary>
    private static readonly TimeSpan RenewalPause = TimeSpan.FromSeconds(1);

    private sealed record Place(S3Address Address, SigV4Signer Signer);

    private sealed record Renewal(S3Credentials Refused, DateTimeOffset At);

    /// <summary>A request, and what it was made with: others may have learned more since.</summary>
    /// <param name="Message">What is sent.</param>
    /// <param name="SignedWith">Whose signature it has; null for none.</param>
    /// <param name="Region">The region it was signed for.</param>
    /// <param name="ClockOffset">Ticks that the server's clock was taken to be ahead.</param>
    public readonly record struct Prepared(HttpRequestMessage Message, S3Credentials? SignedWith, string Region, long ClockOffset);

    private Place place = new(start, new(start.Region));
    private long clockOffset;
    private Renewal? renewal;

    /// <summary>What has been put right for one request; each at most once.</summary>
    [Flags]
    public enum Remedies
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>The server's clock was adopted.</summary>
        Clock = 1,

        /// <summary>Credentials were renewed.</summary>
        Credentials = 2,

        /// <summary>The bucket's region was adopted.</summary>
        Region = 4,

        /// <summary>A presigned URL was given up for signed headers.</summary>
        Url = 8,
    }

    /// <summary>URLs to ask with instead of signing; null to sign.</summary>
    public IPresignedUrls? Presigned { get; init; }

    /// <summary>Told what a refusal taught that somebody should put right: these requests do without, URLs that are handed out do not.</summary>
    public Action<string> Learned { get; init; } = static _ => { };

    /// <summary>True when there should be credentials.</summary>
    public bool HasCredentials => credentials.AreExpected;

    /// <summary>Where requests go now.</summary>
    public S3Address Address => Volatile.Read(ref place).Address;

    /// <summary>The message to send, and what it was signed with.</summary>
    public async ValueTask<Prepared> PrepareAsync(S3Ask ask, Remedies done, CancellationToken cancellation)
    {
        var offset = Volatile.Read(ref clockOffset);
        // A bucket that turned out to live elsewhere, or to have another clock, is asked with signed headers: its URLs are made for the region it was said to be in, and by this machine's clock.
        if (Presigned is not null && ask.Key is not null && !done.HasFlag(Remedies.Url) && Address.Region == start.Region && TimeSpan.FromTicks(offset).Duration() < Tolerance && await PresignAsync(ask, cancellation) is { } presigned) return new(presigned, ByUrl, start.Region, offset);
        var with = await credentials.GetAsync(cancellation);
        var (address, signer) = Volatile.Read(ref place);
        var path = address.BasePath + ask.Path;
        var message = new HttpRequestMessage(ask.Method, address.Uri(path, ask.Query)) { Version = new(1, 1) };
        message.Headers.Host = address.Host;
        message.Headers.TryAddWithoutValidation("User-Agent", "sluice");
        foreach (var (name, value) in ask.Fields)
            if (with is null || !MustBeSigned(name)) message.Headers.TryAddWithoutValidation(name, value);
        if (with is null) return new(message, null, address.Region, offset);

        var now = time.GetUtcNow() + TimeSpan.FromTicks(offset);
        var headers = new List<SignedField>(4)
        {
            new("host", address.Host), new("x-amz-content-sha256", SigV4Signer.EmptyPayload), new("x-amz-date", SigV4Signer.Timestamp(now)),
        };
        if (with.SessionToken is { } token) headers.Add(new("x-amz-security-token", token));
        if (options.RequesterPays) headers.Add(PresignTarget.RequesterPays);
        foreach (var (name, value) in ask.Fields)
            if (MustBeSigned(name)) headers.Add(new(name, value));
        var signed = new SigV4Request
        {
            Method = ask.Method.Method, Path = path, Payload = SigV4Signer.EmptyPayload,
            Headers = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(headers),
        };
        var authorization = signer.Authorization(with, now, signed, ask.Query);
        foreach (var (name, value) in headers)
            if (name != "host") message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.TryAddWithoutValidation("Authorization", authorization);
        return new(message, with, address.Region, offset);
    }

    // S3 refuses a request with such a field that its signature does not cover.
    private static bool MustBeSigned(string name) => name.StartsWith("x-amz-", StringComparison.Ordinal);

    // Null when there is nothing to sign with (the bucket may be public), or the server did not take the URL: asked with a signed header it says why.
    private async ValueTask<HttpRequestMessage?> PresignAsync(S3Ask ask, CancellationToken cancellation)
    {
        try
        {
            var url = await Presigned!.GetAsync(ask.Key!, ask.Method == HttpMethod.Head ? Head : null, cancellation);
            var message = new HttpRequestMessage(ask.Method, S3Address.AsSigned(url.Url)) { Version = new(1, 1) };
            message.Headers.TryAddWithoutValidation("User-Agent", "sluice");
            foreach (var (name, value) in ask.Fields) message.Headers.TryAddWithoutValidation(name, value);
            return message;
        }
        catch (PresignedUrlException)
        {
            return null;
        }
    }

    /// <summary>Puts right what a refusal names; true when it is worth asking again.</summary>
    public bool Remedy(S3Answer answer, in Prepared sent, ref Remedies done)
    {
        if (answer.Status is not (301 or 307 or 400 or 401 or 403)) return false;
        var code = answer.Error.Code;
        if (!done.HasFlag(Remedies.Region) && AdoptRegion(answer, sent.Region)) return (done |= Remedies.Region) != 0;
        if (sent.SignedWith is null) return false;
        var byUrl = ReferenceEquals(sent.SignedWith, ByUrl);
        // A URL that has expired by the server's clock, or begins later, is denied like one that lacks a right.
        if (!done.HasFlag(Remedies.Clock) && (code is "" or "RequestTimeTooSkewed" || (byUrl && code == "AccessDenied")) && AdoptClock(answer, sent.ClockOffset)) return (done |= Remedies.Clock) != 0;
        // A key that was revoked, or got another secret, may have its successor in the file already.
        if (code is not ("ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId" or "SignatureDoesNotMatch")) return false;
        // The URL is handed out until it is signed anew; what it is for need not fail for so long.
        if (byUrl) return (done |= Remedies.Url) != 0;
        if (done.HasFlag(Remedies.Credentials) || !Renew(sent.SignedWith)) return false;
        return (done |= Remedies.Credentials) != 0;
    }

    // False when there was nothing newer a moment ago: a key that stays wrong has nobody assume a role, or read files, for each request.
    private bool Renew(S3Credentials refused)
    {
        var now = time.GetUtcNow();
        // Of many refused at once the first asks for all.
        if (credentials.Held(now) != refused) return true;
        if (Volatile.Read(ref renewal) is { } last && last.Refused == refused && (now - last.At).Duration() < RenewalPause) return false;
        Volatile.Write(ref renewal, new(refused, now));
        credentials.Reject(refused);
        return true;
    }

    private bool AdoptRegion(S3Answer answer, string asked)
    {
        var region = answer.Error.Region ?? answer.Field("x-amz-bucket-region");
        if (region is null || region == asked || !region.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return false;
        var current = Volatile.Read(ref place);
        // Of many refused at once the first learns for all.
        if (region == current.Address.Region) return true;
        var address = S3Address.For(options with { Region = region });
        if (Interlocked.CompareExchange(ref place, new(address, new(region)), current) == current)
            Learned($"It lives in {region}, not in {current.Address.Region}, and is asked there from now on. Set that region (--region or AWS_REGION): presigned URLs are made for the one that is set.");
        return true;
    }

    private bool AdoptClock(S3Answer answer, long signed)
    {
        if (answer.Response.Headers.Date is not { } theirs) return false;
        var offset = theirs - time.GetUtcNow();
        if ((offset - TimeSpan.FromTicks(signed)).Duration() < Tolerance) return false;
        if (Interlocked.CompareExchange(ref clockOffset, offset.Ticks, signed) != signed) return true;
        Learned(string.Create(CultureInfo.InvariantCulture, $"Its clock is {offset.Duration().TotalMinutes:0} minutes {(offset > TimeSpan.Zero ? "ahead of" : "behind")} this machine's, and requests are signed by it from now on. Set this machine's by NTP: presigned URLs are made by that."));
        return true;
    }
}
