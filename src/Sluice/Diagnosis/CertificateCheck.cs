using System.Security.Cryptography.X509Certificates;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Diagnosis;

/// <summary>The edge's certificate: can it be used, and for how long.</summary>
internal static class CertificateCheck
{
    private const string Subject = "certificate";
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>Reads it as the server would; null where none is given.</summary>
    public static Finding? Run(EdgeTlsSection tls, ILoggerFactory logging, TimeProvider time)
    {
        if (tls is not { Certificate: { } file, Key: { } key }) return null;
        try
        {
            using var certificate = new EdgeCertificate(file, key, logging.CreateLogger<EdgeCertificate>(), time).Current.TargetCertificate;
            return Judge(certificate, file, time.GetUtcNow());
        }
        catch (SetupException e)
        {
            return Finding.Fail(Subject, e.Message, "see docs/configuration.md, TLS and HTTP/2");
        }
    }

    private static Finding Judge(X509Certificate2 certificate, string file, DateTimeOffset now)
    {
        var (from, until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        var text = $"{file} is for {certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)}, from {from.UtcDateTime:yyyy-MM-dd} until {until.UtcDateTime:yyyy-MM-dd}";
        if (until <= now) return Finding.Fail(Subject, text + ": it has expired", "renew it; a running server reads the new one by itself");
        if (from > now) return Finding.Fail(Subject, text + ": it is not valid yet", "check the clock of this machine");
        return until - now < Soon ? Finding.Warn(Subject, text + ": it expires soon", "renew it; a running server reads the new one by itself") : Finding.Ok(Subject, text);
    }
}
