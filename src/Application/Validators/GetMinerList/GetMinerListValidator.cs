namespace S3Auth.Application.Validators;

internal sealed class GetMinerListValidator : OneMinerRequestValidator<GetMinerListCommand>
{
    public GetMinerListValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.Source)
            .MustBeConfigured(layout, leftOut: $"'{layout.DefaultSource}'");

        RuleFor(command => command.ContinuationToken)
            .MaximumLength(GetMinerListCommand.MaxTokenLength)
            .WithMessage("Send as 'continuation_token' the NextContinuationToken of the previous page, or leave it out for the first page.");
    }
}
