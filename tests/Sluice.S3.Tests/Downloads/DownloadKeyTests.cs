using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.Downloads;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Rows KEY-08 to KEY-11: the names that directories of other programs with this layout have too.</summary>
public class DownloadKeyTests
{
    [Theory]
    [InlineData("s3://bucket/video.mp4", null)]
    [InlineData("s3://bucket/video.mp4", "")]
    [InlineData("s3://bucket/video.mp4", "default")]
    public void Of_NoProfile_IsTheDefaultOne(string url, string? profile) =>
        Assert.Equal("ad74ca557c2be08786e1f14f8ef48d075cd52d12b19ed5cefff7bb182eabdf12", DownloadKey.Of(url, profile));

    [Fact]
    public void Of_Profile_IsAnotherKey() => Assert.Equal("da15f77c42443394cd48f44c01125e3f793f0847015d6e5e603ce69d7039d12f", DownloadKey.Of("s3://bucket/video.mp4", "work"));

    [Fact]
    public void Of_AnyUrlAndProfile_IsTheHashOfBothAndTheSameEachTime() => Prop.ForAll<NonNull<string>, NonEmptyString>((url, profile) =>
    {
        var key = DownloadKey.Of(url.Get, profile.Get);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{url.Get}|{profile.Get}"))), key);
        Assert.Equal(key, DownloadKey.Of(url.Get, profile.Get));
        Assert.True(DownloadKey.IsKey(key));
        Assert.NotEqual(key, DownloadKey.Of(url.Get + "x", profile.Get));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void RelativePath_Key_LiesInTheFolderOfItsFirstTwoDigits()
    {
        var key = DownloadKey.Of("s3://bucket/video.mp4", null);
        Assert.Equal(Path.Combine(key[..2], key), DownloadKey.RelativePath(key));
    }

    [Fact]
    public void Shard_ManyKeys_SpreadsThemOver256Folders()
    {
        var counts = Enumerable.Range(0, 25_600).GroupBy(i => DownloadKey.Shard(DownloadKey.Of($"s3://bucket/{i}", null))).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(256, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 50, 160));
    }

    [Theory]
    [InlineData("index.db", false)]
    [InlineData("DF2EC2943F288D6D8C0776276DC4F0F87BE6184460E6123074122D33B94B8234", false)]
    [InlineData("df2ec2943f288d6d8c0776276dc4f0f87be6184460e6123074122d33b94b8234", true)]
    public void IsKey_FileName_IsOneOfOurs(string name, bool expected) => Assert.Equal(expected, DownloadKey.IsKey(name));
}
