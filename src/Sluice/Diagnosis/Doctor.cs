using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Diagnosis;

/// <summary>Looks at everything a server needs, and says what to do about what is not right.</summary>
internal sealed class Doctor(ILoggerFactory logging, TimeProvider time)
{
    /// <summary>Examines a configuration.</summary>
    /// <param name="options">The configuration, as far as it could be understood.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <param name="path">A path to ask the origins for; null to use what can be found.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DoctorReport> ExamineAsync(SluiceOptions options, IReadOnlyList<ConfigurationError> errors, string? path, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        findings.AddRange(errors.Select(e => Finding.Fail("configuration", e.ToString(), "see docs/configuration.md")));
        if (errors.Count == 0)
            findings.Add(Finding.Ok("configuration", "no errors"));
        findings.AddRange(DirectoryCheck.Run(options.Cache));
        var origins = new OriginCheck(new OriginFactory(null, logging, time), time);
        foreach (var origin in options.Routes.SelectMany(r => r.Origins).Where(o => o.IsComplete))
            findings.Add(await origins.RunAsync(origin, path, cancellation));
        if (options.Routes.Count == 0)
            findings.Add(Finding.Warn("origin", "none is given, so none was checked", "name one: sluice doctor ./media"));
        if (RedisSetup.Options(options.Redis) is { } redis)
            findings.Add(await RedisCheck.RunAsync(redis, time, cancellation));
        findings.AddRange(await CatalogCheck.RunAsync(options.Catalog, origins, time, cancellation));
        using var ports = new PortCheck(time);
        findings.AddRange(await ports.RunAsync(options.Edge, cancellation));
        if (CertificateCheck.Run(options.Edge.Tls, logging, time) is { } certificate)
            findings.Add(certificate);
        var (api, isServed) = await ports.RunAsync(options.Api, cancellation);
        findings.Add(api);
        if (isServed)
            findings.AddRange(await CircuitCheck.RunAsync(options.Api, time, cancellation));
        findings.AddRange(AccessLogCheck.Run(options.Logging));
        findings.AddRange(await MonitoringCheck.RunAsync(options.Monitoring, time, cancellation));
        findings.AddRange(LimitCheck.Run(options.Cache));
        findings.AddRange(VariantCheck.Run(options));
        findings.Add(await ToolCheck.RunAsync("ffmpeg", cancellation));
        findings.Add(await ToolCheck.RunAsync("ffprobe", cancellation));
        return new DoctorReport(findings.TrueForAll(f => f.Level != FindingLevel.Failure), findings);
    }
}
