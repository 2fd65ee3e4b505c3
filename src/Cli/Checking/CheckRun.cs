using System.Runtime.CompilerServices;

namespace S3Auth.Cli.Checking;

/// <summary>Runs the steps of <c>s3auth check</c> in order, up to the first that fails.</summary>
internal sealed class CheckRun(Session session, IReadOnlyList<ICheckStep> steps)
{
    /// <summary>The steps of a miner's check.</summary>
    /// <param name="withUpload">Whether the check uploads a small file.</param>
    internal static IReadOnlyList<ICheckStep> StepsOfMiner(bool withUpload) =>
    [
        new WalletStep(), new ServerStep(), new TlsStep(), new ClockStep(), new ChainStep(), new StoreStep(forUploads: true),
        new StoreReportStep(), new UploadMethodStep(), new HotkeyStep(), new ColdkeyStep(), new MinerSignatureStep(), new GrantStep(),
        new QuotaStep(), new StoreAddressStep(), new ListUrlStep(),
        .. withUpload ? [new UploadStep()] : Array.Empty<ICheckStep>(),
    ];

    /// <summary>The steps of a validator's check.</summary>
    internal static IReadOnlyList<ICheckStep> StepsOfValidator { get; } =
    [
        new WalletStep(), new ServerStep(), new TlsStep(), new ClockStep(), new ChainStep(), new StoreStep(forUploads: false),
        new StoreReportStep(), new HotkeyStep(), new ValidatorStep(), new ValidatorSignatureStep(), new GrantStep(), new QuotaStep(),
        new StoreAddressStep(), new ListUrlStep(),
    ];

    internal async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var warnings = 0;
        await foreach (var result in RunStepsAsync(cancellationToken))
        {
            Print(result);
            if (!result.IsOk)
            {
                return result.ExitCode;
            }

            warnings += result.IsWarning ? 1 : 0;
        }

        session.Report.Line(warnings == 0 ? "All is well." : $"It works, with {warnings} warning{(warnings == 1 ? "" : "s")}.");
        return ExitCode.Done;
    }

    /// <summary>Returns the results of the steps. The last one is the first that failed, if any.</summary>
    internal async IAsyncEnumerable<StepResult> RunStepsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var context = new CheckContext(session);
        foreach (var step in steps)
        {
            if (await RunStepAsync(step, context, cancellationToken) is not { } result)
            {
                continue;
            }

            yield return result;
            if (!result.IsOk)
            {
                yield break;
            }
        }
    }

    private static async Task<StepResult?> RunStepAsync(ICheckStep step, CheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await step.RunAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Failure.Of(exception) is { IsExpected: true } failure)
        {
            return new StepResult(failure.CheckStep ?? step.Name, failure.Message, failure.Advice ?? step.Advice, failure.ExitCode);
        }
    }

    private void Print(StepResult result)
    {
        // Both may contain texts of the server.
        var (report, detail) = (session.Report, Report.Safe(result.Detail));
        var advice = result.Advice is null ? null : Report.Safe(result.Advice);
        report.Record(StepRecord.Of(result), ToolJson.Default.StepRecord);
        report.Line($"{(result.IsWarning ? "warn" : result.IsOk ? "ok  " : "FAIL")}  {result.Step}: {detail}");
        if (advice is not null)
        {
            report.Line($"      {advice}");
        }

        if (report.IsQuiet && result.IsWarning)
        {
            report.Warn($"{result.Step}: {detail} {advice}");
        }
        else if (report.IsQuiet && !result.IsOk)
        {
            report.Fail($"{result.Step}: {detail} {advice}");
        }
    }

    // The last four members are those of the server's doctor. Programs read the others since earlier versions.
    internal sealed record StepRecord(
        string Type, string Step, bool Ok, string Detail, string? WhatToDo, string Name, string Result, string Finding, string? Advice)
    {
        internal static StepRecord Of(StepResult step) => new(
            "step",
            step.Step,
            step.IsOk,
            step.Detail,
            step.Advice,
            step.Step,
            step.IsWarning ? "warn" : step.IsOk ? "ok" : "fail",
            step.Detail,
            step.Advice);
    }
}
