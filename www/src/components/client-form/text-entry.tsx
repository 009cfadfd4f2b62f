import { Description, FieldError, Input, InputGroup, Label, TextArea, TextField } from '@heroui/react';

interface TextEntryProps {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  description?: string;
  /** Stands inside the field, before what is typed. */
  prefix?: string;
  type?: 'text' | 'email' | 'tel' | 'date';
  inputMode?: 'numeric' | 'decimal';
  isRequired?: boolean;
  multiline?: boolean;
  autoFocus?: boolean;
  className?: string;
  testId?: string;
}

/** A label, a field, its help and its error, tied together for screen readers. */
export function TextEntry(props: TextEntryProps) {
  const { label, name, value, onChange, error, type = 'text', isRequired, className, description } = props;
  return (
    <TextField
      name={name}
      type={type}
      inputMode={props.inputMode}
      // These are the client's details: the browser's own memory of the supplier's would be wrong here.
      autoComplete="off"
      isRequired={isRequired}
      isInvalid={error !== undefined}
      value={value}
      onChange={onChange}
      autoFocus={props.autoFocus}
      className={className}
    >
      <Label>{label}</Label>
      <Control {...props} />
      {description ? <Description>{description}</Description> : null}
      <FieldError>{error}</FieldError>
    </TextField>
  );
}

function Control({ prefix, multiline, testId }: TextEntryProps) {
  if (multiline) return <TextArea rows={4} data-testid={testId} />;
  if (prefix === undefined) return <Input className="h-11" data-testid={testId} />;
  return (
    <InputGroup className="h-11">
      <InputGroup.Prefix>{prefix}</InputGroup.Prefix>
      <InputGroup.Input data-testid={testId} />
    </InputGroup>
  );
}
