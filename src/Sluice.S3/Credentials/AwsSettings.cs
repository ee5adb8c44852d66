using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Internal.Util;
using Amazon.S3;
using Amazon.Util;

namespace Sluice.S3.Credentials;

/// <summary>What the environment and the AWS configuration files say about region and endpoint.</summary>
internal static class AwsSettings
{
    /// <summary>Region where nothing names one.</summary>
    public const string DefaultRegion = "us-east-1";

    /// <summary>AWS_REGION, AWS_DEFAULT_REGION, the profile's region, the one that the endpoint's name tells, else us-east-1.</summary>
    public static string Region(string? profile, Uri? endpoint)
        => Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? Find(profile)?.Region?.SystemName ?? RegionOf(endpoint) ?? DefaultRegion;

    // As the SDK reads it. What is called otherwise may have such a label by chance.
    private static string? RegionOf(Uri? endpoint) => endpoint is not null && (endpoint.Host.StartsWith("s3.", StringComparison.Ordinal) || endpoint.Host.Contains(".amazonaws.com", StringComparison.Ordinal)) ? AWSSDKUtils.DetermineRegion(endpoint.AbsoluteUri) : null;

    /// <summary>AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the endpoint_url of s3 in the services section that the profile names, the profile's own; null for AWS itself.</summary>
    /// <exception cref="ArgumentException">One of them is no address.</exception>
    public static Uri? Endpoint(string? profile)
    {
        var ignore = Variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        if (string.Equals(ignore, "true", StringComparison.OrdinalIgnoreCase)) return null;
        var text = Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL");
        if (text is null && Find(profile) is { } found && (ignore is not null || found.IgnoreConfiguredEndpointUrls != true))
            // The services section is not the profile's to tell: a client's configuration is.
            text = new AmazonS3Config { Profile = new(found.Name) }.ServiceURL ?? found.EndpointUrl;
        if (string.IsNullOrEmpty(text)) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
            ? endpoint
            : throw new ArgumentException($"The configured S3 endpoint '{text}' should look like https://host:port.");
    }

    /// <summary>The addressing_style below the profile's s3: true for path, false for virtual; null for auto, where there is none, and for a name with dots, which the AWS tools put in the path all the same.</summary>
    // The SDK does not know it, so that its profile does not tell: its reader of the file does.
    public static bool? PathStyle(string? profile, string bucket)
    {
        try
        {
            return new IniFile(ConfigurationFile).TryGetSection(new Regex($"^(profile\\s+)?{Regex.Escape(Name(profile))}$"), out Dictionary<string, string> _, out var nested)
                && nested.TryGetValue("s3", out var s3) && s3.TryGetValue("addressing_style", out var style)
                    ? style.ToUpperInvariant() switch { "PATH" => true, "VIRTUAL" when !bucket.Contains('.', StringComparison.Ordinal) => false, _ => null }
                    : null;
        }
        catch (Exception unreadable) when (unreadable is AmazonClientException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // Where all else is in variables the file is not needed; where it is, others say what is wrong with it.
            return null;
        }
    }

    /// <summary>What S3 is called in the names of AWS's hosts: AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or use_fips_endpoint and use_dualstack_endpoint of the profile, want others.</summary>
    public static string Service(string? profile)
    {
        var found = Find(profile);
        return $"s3{(IsTrue("AWS_USE_FIPS_ENDPOINT", found?.UseFIPSEndpoint) ? "-fips" : "")}{(IsTrue("AWS_USE_DUALSTACK_ENDPOINT", found?.UseDualstackEndpoint) ? ".dualstack" : "")}";
    }

    private static bool IsTrue(string name, bool? profiles) => Variable(name) is { } said ? string.Equals(said, "true", StringComparison.OrdinalIgnoreCase) : profiles == true;

    /// <summary>A profile by name, or the one AWS_PROFILE names, or "default"; null when there is none.</summary>
    public static CredentialProfile? Find(string? profile)
        => new CredentialProfileStoreChain().TryGetProfile(Name(profile), out var found) ? found : null;

    private static string ConfigurationFile => Variable("AWS_CONFIG_FILE") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".aws", "config");

    private static string Name(string? profile) => profile ?? Variable("AWS_PROFILE") ?? "default";

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
