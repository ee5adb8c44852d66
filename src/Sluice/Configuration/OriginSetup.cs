using Sluice.Edge.Origins;
using Sluice.S3.Objects;

namespace Sluice.Configuration;

/// <summary>Turns an origin's section into the options of the origin.</summary>
internal static class OriginSetup
{
    /// <summary>Options of an HTTP origin.</summary>
    public static HttpOriginOptions Http(OriginSection section)
    {
        var defaults = new HttpOriginOptions { Url = section.Url! };
        return defaults with
        {
            Host = section.Host,
            Headers = section.Headers,
            ConnectTimeout = section.ConnectTimeout ?? defaults.ConnectTimeout,
            ResponseTimeout = section.ResponseTimeout ?? defaults.ResponseTimeout,
            IdleTimeout = section.IdleTimeout ?? defaults.IdleTimeout,
            MaximumConnections = section.MaxConnections,
        };
    }

    /// <summary>Options of a bucket origin.</summary>
    public static S3OriginOptions Bucket(OriginSection section)
    {
        var bucket = section.S3!;
        var defaults = new S3OriginOptions { Bucket = bucket.Bucket };
        return defaults with
        {
            Prefix = bucket.Prefix,
            Endpoint = bucket.Endpoint,
            Region = bucket.Region,
            Profile = bucket.Profile,
            AccessKeyVariable = bucket.AccessKeyVariable,
            SecretKeyVariable = bucket.SecretKeyVariable,
            SessionTokenVariable = bucket.SessionTokenVariable,
            Anonymous = bucket.Anonymous,
            RequesterPays = bucket.RequesterPays,
            ForcePathStyle = bucket.PathStyle,
            ConnectTimeout = section.ConnectTimeout ?? defaults.ConnectTimeout,
            FirstByteTimeout = section.ResponseTimeout ?? defaults.FirstByteTimeout,
            IdleTimeout = section.IdleTimeout ?? defaults.IdleTimeout,
        };
    }

    /// <summary>What the origin itself finds wrong with a section, one sentence each.</summary>
    public static IEnumerable<string> Errors(OriginSection section) =>
        section.Url is not null ? Http(section).Validate() : OnlyForUrls(section).Concat(section.S3 is { Bucket.Length: > 0 } ? Bucket(section).Errors() : []);

    private static IEnumerable<string> OnlyForUrls(OriginSection section)
    {
        if (section.Host is not null) yield return "host is for a url";
        if (section.Headers.Count > 0) yield return "headers are for a url";
        if (section.MaxConnections != new OriginSection().MaxConnections) yield return "maxConnections is for a url";
        if (section.Folder is not null && (section.ConnectTimeout ?? section.ResponseTimeout ?? section.IdleTimeout) is not null) yield return "timeouts are for a url or bucket";
    }
}
