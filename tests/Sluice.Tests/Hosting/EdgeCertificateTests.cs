using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Hosting;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Tests.Hosting;

public sealed class EdgeCertificateTests
{
    /// <summary>As Kubernetes mounts a secret: each file is a link through the link to a folder, and only the latter is ever changed.</summary>
    [Fact]
    public void Current_TheFolderBehindItsLinksIsExchanged_IsReadAgain()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        foreach (var version in (string[])["v1", "v2"])
        {
            using var files = new TemporaryFolder();
            var (written, writtenKey) = TestCertificate.Write(files, TimeSpan.FromDays(30));
            var target = Directory.CreateDirectory(folder.FileOf(version)).FullName;
            File.Move(written, Path.Combine(target, "cert.pem"));
            File.Move(writtenKey, Path.Combine(target, "key.pem"));
            File.SetLastWriteTimeUtc(Path.Combine(target, "cert.pem"), time.GetUtcNow().UtcDateTime.AddDays(version == "v1" ? -1 : 0));
        }

        var data = folder.FileOf("..data");
        Directory.CreateSymbolicLink(data, "v1");
        var certificate = File.CreateSymbolicLink(folder.FileOf("cert.pem"), "..data/cert.pem").FullName;
        var key = File.CreateSymbolicLink(folder.FileOf("key.pem"), "..data/key.pem").FullName;
        var read = new EdgeCertificate(certificate, key, NullLogger<EdgeCertificate>.Instance, time);
        var first = read.Current.TargetCertificate;

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "v2");
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.NotEqual(first, read.Current.TargetCertificate);
    }
}
