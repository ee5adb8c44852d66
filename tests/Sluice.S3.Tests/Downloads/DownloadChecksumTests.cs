using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Downloads;

/// <summary>What the server says an object sums up to, held against the bytes that arrived.</summary>
public sealed class DownloadChecksumTests : IAsyncDisposable
{
    private const string Url = "s3://media/clip.mp4";
    private const int Length = 200_001;

    private static readonly Dictionary<string, DownloadCrc> Crcs = new() { ["crc64nvme"] = DownloadCrc.Nvme, ["crc32"] = DownloadCrc.Zip, ["crc32c"] = DownloadCrc.Castagnoli };
    private readonly DownloadBed bed = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // The check values of the catalogue of parametrised CRC algorithms (reveng): the sum of "123456789".
    [Theory]
    [InlineData("crc64nvme", "123456789", 0xAE8B14860A799888)]
    [InlineData("crc32", "123456789", 0xCBF43926)]
    [InlineData("crc32c", "123456789", 0xE3069283)]
    [InlineData("crc64nvme", "", 0)]
    [InlineData("crc32", "", 0)]
    public void Crc_OfTheCatalogue_HasItsCheckValue(string kind, string text, ulong sum) => Assert.Equal(sum, Crcs[kind].Append(0, Encoding.ASCII.GetBytes(text)));

    // RFC 3720, appendix B.4.
    [Theory]
    [InlineData(0x00, 0x8A9136AA)]
    [InlineData(0xFF, 0x62A8AB43)]
    public void Crc32C_OfTheRfc_HasItsValue(byte value, ulong sum) => Assert.Equal(sum, DownloadCrc.Castagnoli.Append(0, Enumerable.Repeat(value, 32).ToArray()));

    [Fact]
    public void Crc_HoweverCut_IsThatOfBitByBit() => Prop.ForAll<byte[], byte, ushort>((bytes, times, cut) =>
    {
        byte[] all = [.. Enumerable.Repeat(bytes, times % 64).SelectMany(piece => piece)];
        var at = all.Length == 0 ? 0 : cut % (all.Length + 1);
        foreach (var (crc, polynomial, mask) in new[] { (DownloadCrc.Nvme, 0x9A6C9329AC4BC9B5, ulong.MaxValue), (DownloadCrc.Zip, 0xEDB88320UL, uint.MaxValue), (DownloadCrc.Castagnoli, 0x82F63B78UL, uint.MaxValue) })
        {
            var wanted = Slowly(all, polynomial, mask);
            var (first, second) = (crc.Append(0, all.AsSpan(0, at)), crc.Append(0, all.AsSpan(at)));
            Assert.Equal(wanted, crc.Append(0, all));
            Assert.Equal(wanted, crc.Append(first, all.AsSpan(at)));
            Assert.Equal(wanted, crc.Join(first, second, all.Length - at));
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Crc_OfLongPieces_IsThatOfBitByBit(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[random.Next(400_000, 500_000)];
        random.NextBytes(bytes);
        var (sum, at) = (0UL, 0);
        for (int count; at < bytes.Length; at += count)
        {
            count = Math.Min(bytes.Length - at, random.Next(1, 70_000));
            sum = DownloadCrc.Nvme.Append(sum, bytes.AsSpan(at, count));
        }
        Assert.Equal(Slowly(bytes, 0x9A6C9329AC4BC9B5, ulong.MaxValue), sum);
    }

    [Theory]
    [InlineData("crc64nvme")]
    [InlineData("crc32")]
    [InlineData("crc32c")]
    [InlineData("sha1")]
    [InlineData("sha256")]
    public async Task Fetch_ChecksumOfTheWhole_IsHeldAgainstTheBytes(string kind)
    {
        var sum = Sum(kind, bed.Put("clip.mp4", 11, Length));
        Serve(kind, sum, "FULL_OBJECT");
        Assert.Equal(S3DownloadOutcome.Miss, (await bed.Open().FetchAsync(Url, cancellation: Stop)).Outcome);
        Assert.Contains("x-amz-checksum-mode", bed.Server.Calls[0].Header("Authorization"), StringComparison.Ordinal);
        sum[^1] ^= 1;
        Serve(kind, sum, "FULL_OBJECT");
        Assert.Equal(S3DownloadFailure.Damaged, (await Assert.ThrowsAsync<S3DownloadException>(() => bed.Open().FetchAsync(Url, new S3DownloadOptions { SkipCache = true }, Stop))).Failure);
        Serve(kind, sum, "COMPOSITE");
        Assert.Equal(S3DownloadOutcome.Miss, (await bed.Open().FetchAsync(Url, new S3DownloadOptions { SkipCache = true }, Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_CutInTheMiddleOfAPart_SumsEveryByteOnce()
    {
        var sum = Sum("crc64nvme", bed.Put("clip.mp4", 11, Length));
        Serve("crc64nvme", sum, "FULL_OBJECT");
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(11, Length) with { CutAfter = 20_000, Headers = [new("x-amz-checksum-crc64nvme", Convert.ToBase64String(sum)), new("x-amz-checksum-type", "FULL_OBJECT")] });
        Assert.Equal(S3DownloadOutcome.Miss, (await bed.Open().FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_LargeObject_IsHashedByWhoReadsItAndDamageShowsBefore()
    {
        var bytes = bed.Put("clip.mp4", 12, (8 << 20) + 1);
        var cache = bed.Open(o => o with { PartBytes = 1 << 20 });
        var path = await cache.GetAsync(Url, cancellation: Stop);
        Assert.Null(cache.Entries()[0].Sha256);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1));
        Assert.Equal(S3DownloadOutcome.Revalidated, (await cache.FetchAsync(Url, cancellation: Stop)).Outcome);
        Assert.Empty(await cache.VerifyAsync(Stop));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), cache.Entries()[0].Sha256);
        await using (var file = File.OpenWrite(path)) file.Write([1]);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1));
        Assert.Equal(Url, Assert.Single(await cache.VerifyAsync(Stop)).S3Url);
    }

    [Fact]
    public async Task Open_IndexWithoutCrcs_GoesOnWithItsHashes()
    {
        bed.Put("clip.mp4", 13, 1000);
        await using (var cache = bed.Open()) await cache.GetAsync(Url, cancellation: Stop);
        using (var old = Core.Sqlite.SqliteDatabase.Open(Path.Combine(bed.Root, "index.db"))) Core.Sqlite.SqliteDatabase.Execute(old, "ALTER TABLE entries DROP COLUMN crc");
        var later = bed.Open();
        File.SetLastWriteTimeUtc(later.Entries()[0].FilePath, new DateTime(2020, 1, 1));
        Assert.Equal(S3DownloadOutcome.Revalidated, (await later.FetchAsync(Url, cancellation: Stop)).Outcome);
        Assert.Empty(bed.Log.Warnings);
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    private void Serve(string kind, byte[] sum, string type) =>
        bed.Server.On("/media/clip.mp4", OriginReply.Object(11, Length) with { Headers = [new("x-amz-checksum-" + kind, Convert.ToBase64String(sum)), new("x-amz-checksum-type", type)] });

    private static byte[] Sum(string kind, byte[] bytes) => kind switch
    {
        "sha1" => CryptographicOperations.HashData(HashAlgorithmName.SHA1, bytes),
        "sha256" => SHA256.HashData(bytes),
        _ => [.. BitConverter.GetBytes(Crcs[kind].Append(0, bytes)).Take(kind == "crc64nvme" ? 8 : 4).Reverse()],
    };

    private static ulong Slowly(byte[] bytes, ulong polynomial, ulong mask)
    {
        var sum = mask;
        foreach (var value in bytes)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) == 1 ? (sum >> 1) ^ polynomial : sum >> 1;
        }
        return sum ^ mask;
    }
}
