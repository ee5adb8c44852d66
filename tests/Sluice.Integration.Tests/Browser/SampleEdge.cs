using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Browser;

/// <summary>The program in front of the repository's samples.</summary>
public sealed class SampleEdge : IAsyncLifetime
{
    public SluiceProcess Sluice { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Sluice = await SluiceProcess.StartAsync(Path.Combine(SluiceProgram.Repository, "samples", "media"));

    public ValueTask DisposeAsync() => Sluice is null ? ValueTask.CompletedTask : Sluice.DisposeAsync();
}
