using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Hosting;

/// <summary>A certificate nobody vouches for.</summary>
internal static class TestCertificate
{
    /// <summary>Writes it and its key as PEM.</summary>
    public static (string Certificate, string Key) Write(TemporaryFolder folder, TimeSpan lifetime)
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=edge.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-9), now + lifetime);
        return (folder.Write("cert.pem", certificate.ExportCertificatePem()), folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()));
    }
}
