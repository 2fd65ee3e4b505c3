namespace S3Auth.Cli.Checking;

/// <summary>One step of <c>s3auth check</c>.</summary>
internal interface ICheckStep
{
    /// <summary>The name of the step in the output.</summary>
    string Name { get; }

    /// <summary>The advice for a failure that has none of its own.</summary>
    string Advice { get; }

    /// <summary>Runs the step. Stores in the context what later steps need.</summary>
    /// <returns>The result; null if the step has nothing to report.</returns>
    /// <exception cref="Exception">Expected failures of requests. <see cref="CheckRun"/> turns them into a failed result.</exception>
    Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken);
}
