using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Core.Objects;
using Sluice.Edge.Embedding;
using Sluice.TestKit.Processes;

namespace Sluice.Edge.Tests.Embedding;

/// <summary>The cache in a container, as an app or a test of one makes it.</summary>
public class RegistrationTests
{
    [Fact]
    public async Task Dispose_ContainerOfAnAppsTest_WorksWithoutAndWithWaiting()
    {
        using var folder = new TemporaryFolder();
        using (var services = new ServiceCollection().AddSluice(options => options.Directory = folder.Path).BuildServiceProvider()) services.GetRequiredService<ObjectCache>();
        // The directory was let go of.
        await using (var services = new ServiceCollection().AddSluice(options => options.Directory = folder.Path).BuildServiceProvider()) services.GetRequiredService<ObjectCache>();
    }

    // A container disposes what it hands out under two names twice.
    [Fact]
    public async Task Dispose_CacheUnderTwoNames_IsDisposedOnce()
    {
        await using var services = new ServiceCollection().AddSluice().AddSingleton<IAsyncDisposable>(provider => provider.GetRequiredService<ObjectCache>()).BuildServiceProvider();
        services.GetRequiredService<IAsyncDisposable>();
    }

    [Fact]
    public void Options_ThatWillNotDo_AreAllToldAtOnce()
    {
        using var services = new ServiceCollection().AddSluice(options => (options.MemoryBytes, options.Directory, options.DiskBytes, options.Policy) = (-1, "", 0, null!)).BuildServiceProvider();
        var wrong = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SluiceCacheOptions>>().Value);
        Assert.Equal(["DiskBytes", "Directory", "MemoryBytes", "Policy"], new[] { "DiskBytes", "Directory", "MemoryBytes", "Policy" }.Where(name => wrong.Failures.Any(failure => failure.StartsWith($"Sluice: {name}", StringComparison.Ordinal))));
    }

    [Fact]
    public void Options_NoDiskWithoutADirectory_WillDo()
    {
        using var services = new ServiceCollection().AddSluice(options => options.DiskBytes = 0).BuildServiceProvider();
        Assert.Null(services.GetRequiredService<IOptions<SluiceCacheOptions>>().Value.Directory);
    }

    [Fact]
    public async Task UseSluice_WithoutAddSluice_SaysWhatToCall()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddSluice()", Assert.Throws<InvalidOperationException>(() => app.UseSluice()).Message, StringComparison.Ordinal);
    }
}
