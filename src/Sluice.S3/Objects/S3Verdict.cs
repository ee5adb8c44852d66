using Sluice.Core.Objects;

namespace Sluice.S3.Objects;

/// <summary>What a refusal by a bucket means to a viewer and to the operator. S3's own error documents never reach a viewer.</summary>
/// <param name="Status">Status for the viewer.</param>
/// <param name="Text">One line for the viewer; empty for none.</param>
/// <param name="Hint">What the operator can do; null when nothing is wrong with the set-up.</param>
internal sealed record S3Verdict(int Status, string Text = "", string? Hint = null)
{
    private const string Denied = "The origin denied access.\n";
    private const string Misconfigured = "The origin did not accept this server's request.\n";

    private const string Stranger = "The server gave an answer that S3 does not give: check that the endpoint is an S3 server, not its console, a website or a proxy.";

    // Not the viewer's fault, nor the object's: 502 lets what is held be served, and is no answer to keep.
    private static readonly S3Verdict Unsigned = new(502, Misconfigured, "The credentials have ended or were revoked, and no others can be had: renew them, or see to what gives them.");

    /// <summary>The meaning of an answer other than 200, 206 and 304.</summary>
    /// <param name="answer">As the bucket answered.</param>
    /// <param name="conditional">True when the request demanded a version, so that 412 is about that.</param>
    public static S3Verdict For(S3Answer answer, bool conditional) =>
        answer is { Unsigned: true, Status: 400 or 401 or 403 } ? Unsigned
        : answer.Status is >= 300 and < 400 && WhereTo(answer) is { } there ? new(502, Misconfigured, there)
        : For(answer.Status, answer.Error.Code, answer.Anonymous, conditional);

    /// <summary>The meaning of an answer other than 200, 206 and 304.</summary>
    /// <param name="status">As the bucket answered.</param>
    /// <param name="code">Code of the error document; empty when there was none (HEAD).</param>
    /// <param name="anonymous">True when the request was not signed: servers then answer 400, 401, 403 or 412.</param>
    /// <param name="conditional">True when the request demanded a version, so that 412 is about that.</param>
    public static S3Verdict For(int status, string code, bool anonymous, bool conditional) => (status, code) switch
    {
        (404, "NoSuchBucket") => new(502, Misconfigured, "There is no such bucket here: check its name, the endpoint and the region."),
        // Names that a server does not take no object of its has: MinIO and others refuse "a//b".
        (404, _) or (400, "KeyTooLongError" or "InvalidURI" or "InvalidObjectName" or "XMinioInvalidObjectName") => new(404),
        (416, _) => new(416),
        (412, _) when conditional => new(412),
        (429 or >= 500, _) => new(503),
        (403, "InvalidObjectState") => new(403, Denied, "The object is archived: restore it from its storage class first."),
        (400 or 401 or 403 or 412, _) when anonymous => new(403, Denied, "No credentials were found and the bucket is not public: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile."),
        (_, "SignatureDoesNotMatch") => new(502, Misconfigured, "The secret key does not belong to the access key (or a proxy rewrites the request): check AWS_SECRET_ACCESS_KEY or the profile."),
        (_, "InvalidAccessKeyId") => new(502, Misconfigured, "The server does not know this access key: check AWS_ACCESS_KEY_ID or the profile, and that the endpoint is the right one."),
        (_, "RequestTimeTooSkewed") => new(502, Misconfigured, "This machine's clock is wrong: set it by NTP."),
        (_, "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired") => new(502, Misconfigured, "The temporary credentials have expired and no newer ones were found: renew them."),
        (400, "AuthorizationHeaderMalformed") => new(502, Misconfigured, "The server expects another region: set it with --region or AWS_REGION."),
        (401 or 403, "") => new(403, Denied, "Access denied, without a reason such as S3 gives: a proxy or firewall in between may have answered, or the endpoint is no S3 server. If it is one, grant s3:GetObject on the bucket's objects, and see whose credentials these are."),
        (401 or 403, _) => new(403, Denied, "Access denied: grant s3:GetObject on the bucket's objects, and s3:ListBucket on the bucket, without which a missing object is denied too, and kms:Decrypt on the key where they are encrypted with one of KMS. Check the bucket's policy and whose credentials these are."),
        (407, _) => new(502, Misconfigured, "The proxy of HTTP_PROXY wants credentials, or others than it has: write them into it (http://USER:PASSWORD@HOST:PORT), or name the server in NO_PROXY."),
        (>= 300 and < 400, _) => new(502, Misconfigured, "The server redirects: the bucket lives in another region or under another endpoint; set --region or --endpoint."),
        (400, "InvalidRequest") => new(502, Misconfigured, "The server did not take the request: mostly the object is encrypted with a key that its owner keeps (SSE-C), and cannot be served."),
        (400, _) when code.StartsWith("KMS.", StringComparison.Ordinal) => new(502, Misconfigured, "The key of KMS that the object is encrypted with cannot be used: see whether it is disabled, or is to be deleted."),
        (400, _) => new(502, Misconfigured, "The server did not understand the request: check that the endpoint is an S3 server, its scheme (http or https) and the region."),
        (408 or 409, _) => new(status),
        (>= 400, _) => new(status, Hint: Stranger),
        _ => new(502, Misconfigured, Stranger),
    };

    // The host alone: the rest of an address may hold a signature.
    private static string? WhereTo(S3Answer answer) =>
        (answer.Error.Region ?? answer.Field("x-amz-bucket-region")) is { Length: > 0 } region ? $"The bucket lives in {HeaderList.WithoutControls(region)}: set --region to that, and no --endpoint of another one."
        : Uri.TryCreate(answer.Field("Location"), UriKind.Absolute, out var target) && target.Host.Length > 0 ? $"The server redirects to {target.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}: set --endpoint to where the bucket is, with its scheme (http or https), or --region."
        : null;
}
