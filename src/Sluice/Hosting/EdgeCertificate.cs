using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Hosting;

/// <summary>The edge's certificate, read again when its files change, so that a renewed one needs no restart.</summary>
internal sealed partial class EdgeCertificate
{
    /// <summary>How often the files are looked at, at most.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly string certificate;
    private readonly string key;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private SslStreamCertificateContext current;
    private (DateTime, DateTime) version;
    private long looked;

    /// <summary>Reads it for the first time.</summary>
    /// <exception cref="SetupException">It cannot be used.</exception>
    public EdgeCertificate(string certificate, string key, ILogger logger, TimeProvider time)
    {
        (this.certificate, this.key, this.logger, this.time) = (certificate, key, logger, time);
        looked = time.GetTimestamp();
        try
        {
            version = Version();
            current = Read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"the certificate {certificate} with the key {key} cannot be used: {e.Message} (both must be PEM, the key not encrypted)", e);
        }
    }

    /// <summary>What a new connection is to be shown.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (gate)
            {
                if (time.GetElapsedTime(looked) < Interval) return current;
                looked = time.GetTimestamp();
                try
                {
                    var now = Version();
                    if (now == version) return current;
                    current = Read();
                    version = now;
                    LogRenewed(certificate);
                }
                catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
                {
                    // Half written, most likely: the next look finds it whole.
                    LogNotRenewed(certificate, e.Message);
                }

                return current;
            }
        }
    }

    /// <summary>How long it is good for; negative once it has expired.</summary>
    public TimeSpan Remaining => Current.TargetCertificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime;

    private (DateTime, DateTime) Version() => (Written(certificate), Written(key));

    /// <summary>Of the file that is opened: by its path that of a link is told, and in Kubernetes what the link leads to is renewed, not the link.</summary>
    private static DateTime Written(string path)
    {
        using var file = File.OpenHandle(path);
        return File.GetLastWriteTimeUtc(file);
    }

    private SslStreamCertificateContext Read()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
    }

    [LoggerMessage(3010, LogLevel.Information, "The certificate {File} changed and was read again")]
    private partial void LogRenewed(string file);

    [LoggerMessage(3011, LogLevel.Warning, "The certificate {File} changed and cannot be used; the one before stays: {Reason}")]
    private partial void LogNotRenewed(string file, string reason);
}
