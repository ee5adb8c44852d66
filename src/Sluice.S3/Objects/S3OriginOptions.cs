using Amazon.Runtime;

namespace Sluice.S3.Objects;

/// <summary>Which bucket an <see cref="S3Origin"/> reads, and how.</summary>
public sealed record S3OriginOptions
{
    /// <summary>Name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>What every key starts with; empty (default) for the whole bucket. A slash is added at the end when it has none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Where the S3 server is, such as http://127.0.0.1:9000. Default null: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the endpoint_url of the profile or of the services section it names, else AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region to sign for. Default null: AWS_REGION, AWS_DEFAULT_REGION, the profile's region, the one that an endpoint such as https://s3.eu-central-1.amazonaws.com names, else us-east-1. On AWS a wrong one corrects itself.</summary>
    public string? Region { get; init; }

    /// <summary>Profile of the AWS configuration files to take credentials from. Default null: the usual chain (environment, AWS_PROFILE, container and instance roles).</summary>
    public string? Profile { get; init; }

    /// <summary>Credentials of the app's own, such as keys out of its configuration or a role that it assumes; asked for anew before they expire. Default null: those of the profile, the variables or the chain.</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>Environment variable that holds the access key, for a bucket with keys of its own (row U077). Default null: AWS_ACCESS_KEY_ID, first in the usual chain. Goes with <see cref="SecretKeyVariable"/>.</summary>
    public string? AccessKeyVariable { get; init; }

    /// <summary>Environment variable that holds the secret key. Default null: AWS_SECRET_ACCESS_KEY.</summary>
    public string? SecretKeyVariable { get; init; }

    /// <summary>Environment variable that holds the session token of temporary keys; need not be set. Default null: AWS_SESSION_TOKEN in the usual chain, none beside <see cref="AccessKeyVariable"/>.</summary>
    public string? SessionTokenVariable { get; init; }

    /// <summary>Send no signature and look for no credentials: for public buckets. Default false: that happens by itself when no credentials are found.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Agree in each request and URL to pay for it, without which a bucket with "requester pays" denies it. Default false.</summary>
    public bool RequesterPays { get; init; }

    /// <summary>True: bucket in the path; false: bucket in the host name. Default null: as the addressing_style of the profile's s3 section says, else in the path for a custom endpoint and for bucket names with dots, in the host name on AWS.</summary>
    public bool? ForcePathStyle { get; init; }

    /// <summary>What S3 is called in the names of AWS's hosts; not for a custom endpoint.</summary>
    internal string Service { get; init; } = "s3";

    /// <summary>Pass the object's own x-amz-meta-* fields on. Default false: they often hold what was not meant for viewers.</summary>
    public bool KeepMetadata { get; init; }

    /// <summary>Short name for logs and labels. Default null: "s3:" and the bucket.</summary>
    public string? Name { get; init; }

    /// <summary>How long connecting may take. Default 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first byte of an answer may take, connecting included. Default 30 seconds.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a body may pause. Default 30 seconds.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request without an answer, or answered with a passing error, is repeated. Default 2; 0 to 10.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Pause before the first repetition, doubled for each further one up to 2 seconds, and spread by half either way. Default 100 ms.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Everything that is wrong with these options, one line each; empty when they will do.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        // A setting that an app did not find is null, whatever the type says.
        if (S3Location.BucketError(Bucket ?? "") is { } bucket) errors.Add(bucket);
        else if (Endpoint is null && Bucket!.EndsWith("--x-s3", StringComparison.Ordinal)) errors.Add($"'{Bucket}' is a directory bucket (S3 Express One Zone), which takes requests of sessions only: use a general purpose bucket.");
        if (Prefix is null) errors.Add("The prefix is null: it is empty for the whole bucket.");
        else if (Prefix.StartsWith('/')) errors.Add($"The prefix '{Prefix}' starts with a slash: keys do not.");
        if (Endpoint is { } endpoint && EndpointError(endpoint) is { } wrong) errors.Add(wrong);
        if (Region is { } region && !IsLabel(region)) errors.Add($"'{region}' is not a region: it should look like eu-central-1.");
        foreach (var (name, value) in new[] { (nameof(ConnectTimeout), ConnectTimeout), (nameof(FirstByteTimeout), FirstByteTimeout), (nameof(IdleTimeout), IdleTimeout) })
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1)) errors.Add($"{name} must be more than nothing and at most an hour.");
        if (RetryPause < TimeSpan.Zero || RetryPause > TimeSpan.FromMinutes(1)) errors.Add("RetryPause must be nothing to a minute.");
        if (Retries is < 0 or > 10) errors.Add("Retries must be 0 to 10.");
        if (Anonymous && Profile is not null) errors.Add("A profile and anonymous access exclude each other.");
        if (AccessKeyVariable is null != SecretKeyVariable is null) errors.Add("The variables of the access key and of the secret key go together: name both, or neither.");
        if (SessionTokenVariable is not null && AccessKeyVariable is null) errors.Add("A variable for the session token needs those of the access key and the secret key.");
        if (AccessKeyVariable is not null && (Anonymous || Profile is not null)) errors.Add("Variables for the keys exclude a profile and anonymous access.");
        if (Credentials is not null && (Anonymous || Profile is not null || AccessKeyVariable is not null)) errors.Add("Credentials of the app's own exclude a profile, variables for the keys and anonymous access.");
        return errors;
    }

    /// <summary>What is wrong with an endpoint; null when nothing is.</summary>
    public static string? EndpointError(Uri endpoint)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https"))
            return $"The S3 endpoint '{endpoint}' should look like https://host:port.";
        if (endpoint.UserInfo.Length > 0) return "The S3 endpoint holds credentials: they come from the environment or a profile, never from the address.";
        return endpoint.Query.Length + endpoint.Fragment.Length > 0 ? $"The S3 endpoint '{endpoint}' has a query or fragment: it is scheme, host and port." : null;
    }

    private static bool IsLabel(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
