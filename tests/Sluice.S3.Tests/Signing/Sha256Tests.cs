using System.Security.Cryptography;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.Signing;

public class Sha256Tests
{
    [Fact]
    public void HashAndSign_AnyLength_EqualThePlatforms()
    {
        var random = new Random(1);
        var text = new byte[3000];
        var hash = new byte[Sha256.Size];
        for (var length = 0; length < text.Length; length += length < 300 ? 1 : 97)
        {
            random.NextBytes(text);
            var secret = new byte[length % 65];
            random.NextBytes(secret);
            Sha256.Hash(text.AsSpan(0, length), hash);
            Assert.Equal(SHA256.HashData(text.AsSpan(0, length)), hash);
            var key = new Sha256.Key(secret);
            // Twice: the key's own state must not change by being used.
            for (var i = 0; i < 2; i++)
            {
                key.Sign(text.AsSpan(0, length), hash);
                Assert.Equal(HMACSHA256.HashData(secret, text.AsSpan(0, length)), hash);
            }
        }
    }

    [Fact]
    public void Hash_OnManyThreads_KeepsStatesApart() => Parallel.For(0, 2000, i =>
    {
        var text = BitConverter.GetBytes(i);
        var hash = new byte[Sha256.Size];
        Sha256.Hash(text, hash);
        Assert.Equal(SHA256.HashData(text), hash);
    });

    [Fact]
    public void Key_LongerThanABlock_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Sha256.Key(new byte[65]));
}
