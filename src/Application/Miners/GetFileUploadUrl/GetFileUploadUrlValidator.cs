namespace S3Auth.Application.Miners;

internal sealed class GetFileUploadUrlValidator : MinerRequestValidator<GetFileUploadUrlCommand>
{
    public GetFileUploadUrlValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        RuleFor(command => command.Filename)
            .NotNull().WithMessage("Send 'filename': the name of the file, without any folder.");

        RuleFor(command => command.Source)
            .MustBeConfigured(layout, leftOut: $"'{layout.DefaultSource}'");

        RuleFor(command => command.Size)
            .InclusiveBetween(UploadPolicy.MinBytes, UploadPolicy.MaxBytes)
            .WithMessage($"Send as 'size' the file's size in bytes, {UploadPolicy.MinBytes} to {UploadPolicy.MaxBytes}, or leave it out.");
    }
}
