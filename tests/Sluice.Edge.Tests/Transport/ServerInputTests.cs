using System.IO.Pipelines;
using Sluice.Edge.Transport;

namespace Sluice.Edge.Tests.Transport;

/// <summary>What the transport learns of the server.</summary>
public sealed class ServerInputTests
{
    // A client that sends the next request just then: its connection waited for ever.
    [Fact]
    public void WhenIdle_AfterTheServerHasEnded_WaitsForNothing()
    {
        var (pipe, output) = (new Pipe(), new Pipe());
        var input = new ServerInput(pipe.Reader, output.Writer);
        input.Hand(5);
        input.Complete();
        Assert.True(input.WhenIdleAsync().IsCompleted);
        Assert.False(input.IsIdle);
    }
}
