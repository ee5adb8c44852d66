using System.Runtime.CompilerServices;
using Sluice.Video.Options;

namespace Sluice.Video.Planning;

/// <summary>What a plan gathers beside its options: the first error, warnings, and the trace when somebody wants it.</summary>
internal sealed class PlanNotes(bool traced)
{
    private List<string>? warnings;
    private List<PlanStep>? trace;

    /// <summary>What makes the request refused; null when nothing does.</summary>
    public VideoError? Error { get; private set; }

    /// <summary>What was passed over or cut.</summary>
    public IReadOnlyList<string> Warnings => warnings ?? [];

    /// <summary>The decisions in order; none unless traced.</summary>
    public IReadOnlyList<PlanStep> Trace => trace ?? [];

    /// <summary>True when decisions are wanted.</summary>
    public bool IsTraced => traced;

    /// <summary>Refuses; the first refusal is the one told.</summary>
    public void Fail(VideoErrorType type, string message) => Error ??= new VideoError(type, message);

    /// <summary>Notes what has no effect.</summary>
    public void Warn(string message) => (warnings ??= []).Add(message);

    /// <summary>Notes what was given and has no effect here.</summary>
    public void Ignore(VideoParameter parameter, string why) => Warn($"{ParameterNames.Of(parameter)} is ignored: {why}");

    /// <summary>Notes a decision; the text is only made when it is wanted.</summary>
    public void Say(string category, [InterpolatedStringHandlerArgument("")] ref StepText message)
    {
        if (traced) (trace ??= []).Add(new PlanStep(category, message.ToString()));
    }
}
