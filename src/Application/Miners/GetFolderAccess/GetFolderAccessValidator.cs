using FluentValidation;
using S3Auth.Application.Grants;
using S3Auth.Application.Pipeline;
using S3Auth.Domain;

namespace S3Auth.Application.Miners.GetFolderAccess;

internal sealed class GetFolderAccessValidator : AbstractValidator<GetFolderAccessCommand>
{
    public GetFolderAccessValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
    {
        Include(new SignedRequestRules(window, time));

        RuleFor(command => command.Coldkey)
            .NotNull().WithMessage("Send 'coldkey': the SS58 address of the coldkey that owns the hotkey.");

        RuleFor(command => command.Expiry).IsAfterNow(time);

        RuleFor(command => command.Source)
            .Must(source => source is null || layout.Sources.Contains(source.Value))
            .WithMessage(layout.Sources.Count == 0
                ? "Leave out 'source': this deployment keeps one folder per hotkey and has no sources."
                : $"Send as 'source' one of: {string.Join(", ", layout.Sources)}; or leave it out for all of them.");
    }
}
