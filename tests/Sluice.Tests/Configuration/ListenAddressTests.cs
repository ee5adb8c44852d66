using Sluice.Configuration;

namespace Sluice.Tests.Configuration;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8081", true, "http://127.0.0.1:8081")]
    [InlineData("localhost:8081", true, "http://127.0.0.1:8081")]
    [InlineData("[::1]:80", true, "http://[::1]:80")]
    [InlineData("0.0.0.0:8081", false, "http://127.0.0.1:8081")]
    [InlineData("[::]:8081", false, "http://[::1]:8081")]
    [InlineData("10.1.2.3:0", false, "http://10.1.2.3:0")]
    public void TryParse_Address_KnowsWhoCanReachIt(string text, bool loopback, string url)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal((loopback, url), (address.IsLoopback, address.Url));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8081")]
    [InlineData(":8081")]
    [InlineData("nowhere:8081")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("1:8081")]
    [InlineData("::1:8081")]
    [InlineData("[127.0.0.1:8081")]
    [InlineData("http://127.0.0.1:8081")]
    public void TryParse_NoAddress_IsFalse(string text) => Assert.False(ListenAddress.TryParse(text, out _));
}
