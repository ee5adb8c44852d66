using Sluice.TestKit.Conformance;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Conformance;

/// <summary>The public HTTP cache tests against the program with its default settings. Run apart from the other tests: lifetimes in the suite are of one to two seconds.</summary>
[Collection(nameof(ConformanceTests))]
[CollectionDefinition(nameof(ConformanceTests), DisableParallelization = true)]
public sealed class ConformanceTests
{
    private const string Switch = "SLUICE_UPDATE_VERDICTS";

    [Fact]
    public async Task Suite_ThroughTheEdge_AnswersAsTheVerdictsSay()
    {
        await using var suite = await ConformanceSuite.StartAsync();
        await using var sluice = await SluiceProcess.StartAsync(suite.Origin);
        var kept = ConformanceVerdicts.Parse(await File.ReadAllTextAsync(ConformanceVerdicts.File));
        var now = await ConformanceSuite.RunAsync(sluice.EdgeAddress);

        // Once more, alone, for those that failed: with a hundred tests side by side on a busy machine a lifetime of a second or two can pass between two requests.
        var passedOnce = kept.Where(verdict => verdict.Passed).Select(verdict => verdict.Id).ToHashSet();
        if (now.Where(verdict => !verdict.Passed && passedOnce.Contains(verdict.Id)).Select(verdict => verdict.Id).ToList() is { Count: > 0 } failed)
        {
            var again = (await ConformanceSuite.RunAsync(sluice.EdgeAddress, failed)).ToDictionary(verdict => verdict.Id);
            now = [.. now.Select(verdict => again.GetValueOrDefault(verdict.Id, verdict))];
        }

        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            await File.WriteAllTextAsync(ConformanceVerdicts.File, ConformanceVerdicts.Format(now));
            var document = await File.ReadAllTextAsync(ConformanceVerdicts.Document);
            await File.WriteAllTextAsync(ConformanceVerdicts.Document, ConformanceVerdicts.WithTable(document, now));
            return;
        }

        var changes = ConformanceVerdicts.Compare(kept, now, $"{Switch}=1 ./test Integration --filter ConformanceTests");
        Assert.True(changes.Length == 0, changes);
    }
}
