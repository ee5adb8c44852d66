using Microsoft.AspNetCore.Http;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Tests.Requests;

public sealed class RequestFramingTests
{
    // Kestrel lets these through over HTTP/2. Each was a 500, and an error of an unhandled exception in the log.
    [Theory]
    [InlineData("x a", true)]
    [InlineData("x: y\r\nz", true)]
    [InlineData("x-é", true)]
    [InlineData("x-a", false)]
    [InlineData("x_a!", false)]
    [InlineData("filter[x]", false)]
    [InlineData("x@a", false)]
    [InlineData("x:a", true)]
    [InlineData(":path", false)]
    public void Flaw_NameOfAFieldOverHttp2_IsOneThatMayBeLeftOut(string name, bool isFlawed)
    {
        var request = new DefaultHttpContext().Request;
        request.Protocol = "HTTP/2";
        request.Headers[name] = "1";
        Assert.Equal(isFlawed, RequestFraming.Flaw(request) is not null);
    }
}
